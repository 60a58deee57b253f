// SPDX-License-Identifier: Apache-2.0
// The relay battery against one address and port, in batches that prove themselves.
//
// Every batch ends with mail for postmaster (RFC 5321 4.5.1): if that is no longer taken, the server has begun to refuse us rather than
// the probes, and the batch says nothing. Then postmaster is tried alone in a new connection: taken, the limit was one of the
// connection and smaller batches follow; not taken, we are banned or greylisted, and stop. From the second batch on a plain foreign
// recipient stands beside the others: it must be refused, or the server has changed its mind about us. At the first 421, at a wait
// without answer, or if the connection leaves from the audited address itself, the battery ends.
//
// What was accepted at RCPT is then sent with a token, if there is a far end that sees what arrives: three forms each by itself, the
// others as recipients of one message.
#pragma once

#include "audit/active/relay_forms.hpp"
#include "audit/active/script.hpp"

#include <deque>
#include <functional>
#include <optional>

namespace postern::audit {

class RelayRun {
public:
    static constexpr std::size_t first_batch = 3, batch = 8, small_batch = 2, max_alone = 3, max_together = 50;

    struct Target {
        IpAddress server;
        std::uint16_t port = 25;
        Channel channel = Channel::if_offered;
        /// Where postmaster's mail is tried: a submission port takes nobody's mail without login, so there it is port 25.
        std::uint16_t control_port = 25;
    };
    struct Wishes {
        RelayNames names;
        std::string positive;                    ///< "<postmaster@example.com>"
        bool deliver = false;                    ///< there is a far end
        std::function<std::string()> new_token;  ///< never the same twice
        std::function<std::string(std::string_view form, std::string_view token)> message;
    };

    RelayRun(Target target, std::vector<std::string> forms, Wishes wishes);

    /// What to say next; nothing: it is done. `last` is what came of the script before, null at first.
    [[nodiscard]] std::optional<Script> next(const Conversation* last);
    /// Why it ended before its end; empty if it did not.
    [[nodiscard]] const std::string& stopped() const { return stopped_; }
    /// It refuses us rather than the probes.
    [[nodiscard]] bool banned() const { return banned_; }

    /// Connections of a server in order.
    [[nodiscard]] static std::size_t connections(std::size_t forms) {
        return 1 + (forms > first_batch ? (forms - first_batch + batch - 1) / batch : 0);
    }

private:
    enum class Phase : std::uint8_t { batches, alone, control, deliveries, done };

    Script blank(std::string purpose) const;
    std::optional<Script> next_batch();
    std::optional<Script> next_delivery();
    [[nodiscard]] bool controlled_elsewhere() const { return target_.control_port != target_.port; }
    void judge_batch(const Conversation& last);
    void judge_alone(const Conversation& last);
    bool ended_for_good(const Conversation& last);

    Target target_;
    Wishes wishes_;
    std::deque<std::string> waiting_;
    std::vector<std::string> asked_;      // the batch under way
    std::vector<std::string> heard_yes_;  // of them, accepted
    std::vector<std::string> accepted_;   // in valid batches
    std::size_t size_ = first_batch;
    std::size_t delivered_ = 0;
    bool first_ = true, banned_ = false;
    Phase phase_ = Phase::batches;
    std::string stopped_;
};

}  // namespace postern::audit
