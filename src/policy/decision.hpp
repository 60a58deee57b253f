// SPDX-License-Identifier: Apache-2.0
// What is decided about a client, an address or a message, and why: the same words for every door.
//
// A decision is made of findings, each by a rule with a stable code. The gravest finding that is enforced decides; one of a measure that
// only observes is kept beside it as what would have been. A refusal for good can only come from a Rule (wire/smtp_refusal.hpp): whatever
// fails on our side is `fault`, which is always temporary.
#pragma once

#include "wire/smtp_refusal.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::policy {

/// From the mildest to the gravest.
enum class Action : std::uint8_t { accept, tag, defer, hold, refuse };
[[nodiscard]] std::string_view to_string(Action action);

/// A measure's switch. A new installation observes.
enum class Mode : std::uint8_t { observe, enforce };

struct Rule {
    std::string_view code;     ///< "m6.relay.denied": stable
    std::string_view measure;  ///< "M6"
    std::uint16_t reply = 550;
    std::string_view enhanced = "5.7.1";  ///< RFC 3463, of a refusal for good; a deferral says 4 in its place
};

struct Finding {
    Action action = Action::accept;
    std::string_view code, measure;  ///< of the rule, or of our fault
    std::string sentence;            ///< for the user who sent it; becomes the reply's text
    std::string evidence;            ///< for the administrator; raw
    bool would = false;              ///< its measure only observes
    std::uint16_t reply = 451;
    std::string_view enhanced = "4.7.1";
};

class Decision {
public:
    /// A rule's word; `mode` says whether it counts.
    void add(const Rule& rule, Mode mode, Action action, std::string sentence, std::string evidence = {});
    /// Something of ours failed: temporary, whatever the mode.
    void fault(std::string_view code, std::string_view measure, std::string sentence, std::string evidence = {});
    void merge(Decision other);

    [[nodiscard]] Action action() const;
    /// The finding that decides; null when everything is accepted.
    [[nodiscard]] const Finding* deciding() const;
    [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
    /// What the client is told when the action is defer or refuse; `event` is put behind the text so that the administrator finds it.
    [[nodiscard]] std::optional<wire::SmtpRefusal> refusal(std::string_view event) const;

private:
    std::vector<Finding> findings_;
};

}  // namespace postern::policy
