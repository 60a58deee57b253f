// SPDX-License-Identifier: Apache-2.0
// Everything that an intrusive audit will say, act by act: announced before, done in this order, the same from the same answers.
//
// The plan owns no socket: it is handed what came of one connection and gives the script of the next. A server that answered 421,
// stopped answering or banned us is left alone by all acts that follow; what was left out is told.
#pragma once

#include "audit/active/script.hpp"
#include "base/domain_name.hpp"

#include <memory>
#include <optional>
#include <set>

namespace postern::audit {

struct ActiveTarget {
    IpAddress ip;
    DomainName host;
    std::vector<std::uint16_t> ports;  ///< that are open; 25 first
};

struct ActiveWishes {
    DomainName domain;
    std::vector<ActiveTarget> targets;
    std::string far_recipient = "postern-probe@example.net";  ///< of another domain; the default is reserved (RFC 2606)
    bool far_end = false;                                     ///< one's own, and what arrives there is seen
    bool tagged = false;                                      ///< it takes a tag behind its local part, "name-r13@"
    std::string sample_recipient;                             ///< empty: no samples are sent
    std::string user_address;                                 ///< the test user's; empty: there is none
    bool leave_site = false;                                  ///< samples of the test user go to the far end too
    bool pickup = false;    ///< this machine is the server: GTUBE is handed to its sendmail, too
    bool web_form = false;  ///< a form of the site's was named: GTUBE is written into it, too
    std::string place;      ///< inside the site, where this machine stands ("office", "vpn"); empty: outside
    bool relay = true;      ///< false: this machine is the audited server, or the relay checks were not asked for
    std::set<std::string, std::less<>> checks;  ///< ids that are judged: acts that serve none of them are left out
    std::string token;                          ///< of this audit, letters and digits
};

/// A part of the plan, against one server.
class Act {
public:
    virtual ~Act() = default;
    [[nodiscard]] virtual const IpAddress& server() const = 0;
    /// What to say next; nothing: done. `last` is what came of the script before, null at first.
    [[nodiscard]] virtual std::optional<Script> next(const Conversation* last) = 0;
    /// Why it ended before its end.
    [[nodiscard]] virtual std::string stopped() const { return {}; }
    /// Whether that reason holds for every further act against this server.
    [[nodiscard]] virtual bool banned() const { return false; }
    [[nodiscard]] virtual std::string announcement() const = 0;
    [[nodiscard]] virtual std::size_t connections() const = 0;
};

class ActivePlan {
public:
    explicit ActivePlan(const ActiveWishes& wishes);

    [[nodiscard]] std::optional<Script> next(const Conversation* last);
    [[nodiscard]] const std::vector<std::string>& stopped() const { return stopped_; }
    /// A sentence an act, and the number of connections of all.
    [[nodiscard]] std::vector<std::string> announcements() const;
    [[nodiscard]] std::size_t connections() const;

private:
    void stop(const IpAddress& server, const std::string& why, bool for_good);

    std::vector<std::unique_ptr<Act>> acts_;
    std::size_t at_ = 0;
    bool fresh_ = true;
    std::set<IpAddress> left_alone_;
    std::vector<std::string> stopped_;
};

/// The parts of a plan, for `ActivePlan`. Tokens are drawn from one source, so that no two messages share one.
class Tokens {
public:
    explicit Tokens(std::string audit) : audit_(std::move(audit)) {}
    [[nodiscard]] std::string next();
    [[nodiscard]] const std::string& audit() const { return audit_; }

private:
    std::string audit_;
    unsigned count_ = 0;
};
using Acts = std::vector<std::unique_ptr<Act>>;
void add_relay_acts(Acts& acts, const ActiveWishes& wishes, const std::shared_ptr<Tokens>& tokens);
void add_protocol_acts(Acts& acts, const ActiveWishes& wishes, const std::shared_ptr<Tokens>& tokens);
void add_sample_acts(Acts& acts, const ActiveWishes& wishes, const std::shared_ptr<Tokens>& tokens);
void add_smuggling_acts(Acts& acts, const ActiveWishes& wishes, const std::shared_ptr<Tokens>& tokens);

/// Scripts that follow one another whatever comes back.
[[nodiscard]] std::unique_ptr<Act> in_order(IpAddress server, std::string announcement, std::vector<Script> scripts);

/// A message that says what it is, with its token in header and body. `sentence` tells the reader what is tested.
[[nodiscard]] std::string test_message(const ActiveWishes& wishes, std::string_view token, std::string_view from,
                                       std::string_view to, std::string_view sentence);
/// The lines of the header alone, with those that every test message has; without the empty line.
[[nodiscard]] std::string test_header(const ActiveWishes& wishes, std::string_view token, std::string_view from,
                                      std::string_view to, std::string_view subject);

/// The first address of each host: messages need not come by every address.
[[nodiscard]] std::vector<ActiveTarget> one_a_host(const std::vector<ActiveTarget>& targets);

/// 465 before 587 where a test user would log in; 0: neither is open.
[[nodiscard]] std::uint16_t submission_port(const ActiveTarget& target);

/// "probe" and "far.example" of "probe@far.example".
[[nodiscard]] std::pair<std::string, std::string> split_address(std::string_view address);

}  // namespace postern::audit
