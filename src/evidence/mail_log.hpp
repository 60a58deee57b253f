// SPDX-License-Identifier: Apache-2.0
// What millions of log lines tell of a mail server, in bounded memory.
//
// Lines of one message are joined by its queue id, and followed through a filter that hands it back under a new one, so that a
// delivery knows who sent the message in. Every table has a limit; what does not fit is counted as left out, never forgotten
// silently.
#pragma once

#include "base/ip_address.hpp"
#include "evidence/block_reply.hpp"
#include "evidence/log_clock.hpp"
#include "evidence/mail_event.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace postern::evidence {

struct Tally {
    static constexpr std::size_t max_keys = 20'000;
    std::map<std::string, std::uint64_t, std::less<>> counts;
    std::uint64_t left_out = 0;

    void add(std::string_view key, std::uint64_t count = 1);
    [[nodiscard]] std::uint64_t total() const;
    /// The most frequent first.
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> top(std::size_t count) const;
};

/// The same news from one receiver or many: refusals that name the same list and address.
struct Refusals {
    BlockReply what;
    std::uint64_t count = 0;
    Instant first{}, last{};
    std::string sample;    ///< the latest reply, raw
    std::string receiver;  ///< who gave it
};

/// Mail of a client without login that left for a domain elsewhere.
struct Relayed {
    std::string client, recipient_domain, sample;
    std::uint64_t count = 0;
    Instant last{};
};

struct MailLogFindings {
    static constexpr std::size_t max_refusals = 500, max_relayed = 5'000;

    std::uint64_t lines = 0, understood = 0;
    Instant first{}, last{};
    std::vector<Refusals> refusals;
    std::uint64_t sent_out = 0, deferred_out = 0, bounced_out = 0, tls_out = 0, delivered_here = 0;
    Tally sources;                             ///< our own addresses of outgoing connections, where the log has them
    Tally receivers;                           ///< servers that took mail
    Tally unreachable;                         ///< servers that could not be reached
    Tally inbound;                             ///< clients without login whose mail was delivered here
    Tally by_login, by_client, by_local_user;  ///< recipients of mail that left, by who sent it in
    std::vector<Relayed> relayed;
    std::uint64_t relay_refused = 0;
    Tally relay_clients;                      ///< whom we refused to relay for
    std::uint64_t returned_to_outsiders = 0;  ///< bounces for mail that came from outside: backscatter
    std::string returned_sample;
    std::uint64_t unknown_refused = 0,
                  unknown_bounced = 0;  ///< unknown recipients: at RCPT, or after the mail was taken
    Tally infections;                   ///< by login, else client
    std::string infection_sample;
    std::uint64_t unscanned = 0;
    std::string unscanned_sample;
    Tally login_failures;          ///< by client
    Tally helo_refused;            ///< HELO names of refused clients inside
    std::uint64_t mismatched = 0;  ///< mail of a login with another sender address
    std::string mismatched_sample;
};

class MailLog {
public:
    static constexpr std::size_t max_open_messages = 60'000;

    MailLog(Instant now, std::chrono::minutes zone) : clock_(now, zone) {}

    /// One line without its line end; borrowed for the call.
    void read(std::string_view line);
    /// For formats that come as events (Exchange).
    void take(const MailEvent& event);

    [[nodiscard]] const MailLogFindings& findings() const { return findings_; }

private:
    struct Origin {
        std::string client, login, local_user, sender;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    Origin& origin(std::string_view id);
    [[nodiscard]] const Origin* find(std::string_view id) const;
    void delivery(const MailEvent& event);
    void leave(const MailEvent& event, const Origin& from);
    void refusal(const MailEvent& event);
    void rejection(const MailEvent& event);

    LogClock clock_;
    MailLogFindings findings_;
    std::unordered_map<std::string, Origin, Hash, std::equal_to<>> open_;
    std::deque<std::string> order_;
};

/// An address that no stranger has: private, loopback, link-local.
[[nodiscard]] bool is_inside(std::string_view address);

}  // namespace postern::evidence
