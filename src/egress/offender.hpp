// SPDX-License-Identifier: Apache-2.0
// A machine inside that tried to reach port 25 outside: what is known of it, in bounded memory.
//
// It is the same record whether its connections were redirected into the trap, which also knows what it said, or were only seen in a
// router's log of what it denied. All texts are from the offender, raw; recipients and subjects are masked before they are kept,
// unless the administrator asked for them.
#pragma once

#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "egress/offender_tally.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::egress {

/// One connection, as it is known when it begins.
struct Attempt {
    Instant at{};
    IpAddress source;
    std::uint16_t source_port = 0;
    std::optional<IpAddress> destination;  ///< where it wanted to go; nothing: the redirect's host does not know
    std::uint16_t destination_port = 25;
};

enum class Speech : std::uint8_t { silent, smtp, tls, http, socks, other, junk };
/// "smtp", "TLS": for people and programs.
[[nodiscard]] std::string_view to_string(Speech speech);

/// What it said, when it is over.
struct Conversation {
    Speech speech = Speech::silent;
    std::string first;        ///< its first octets, for what is not SMTP
    std::string server_name;  ///< of a TLS hello
    std::string helo, sender;
    std::vector<std::string> recipients;
    std::size_t recipient_count = 0, message_count = 0;
    std::string subject, mailer;
    bool spoke_first = false, pipelined = false, quit = false, corrected = false, asked_login = false;
    std::size_t lines = 0, paused_lines = 0;
};

/// Who it is, as far as anybody could say.
struct Identity {
    std::string mac;           ///< "52:54:00:12:34:56"
    bool on_link = false;      ///< the MAC is the machine's own (neighbour table, lease); else perhaps a router's
    std::string dhcp_name;     ///< as the machine named itself
    std::string dhcp_source;   ///< "/var/lib/misc/dnsmasq.leases"
    std::string reverse_name;  ///< from the site's own resolver
    std::string user;          ///< "uid 33": of its last connection, where the log is that machine's own
    std::string note;          ///< why there is no MAC, and what to ask whom

    /// What `other` knows and this does not, or knows better.
    void learn(const Identity& other);
};

struct Offender {
    static constexpr std::size_t max_addresses = 16;
    static constexpr std::size_t max_samples = 4;
    static constexpr std::size_t max_text = 256;  ///< octets of each text

    IpAddress address;                 ///< the first it was seen with
    std::vector<IpAddress> addresses;  ///< all, up to `max_addresses`
    Identity who;
    Instant first{}, last{};
    std::uint64_t attempts = 0, retries = 0, conversations = 0, refused = 0;  ///< refused: over its share of sessions
    std::uint64_t spoke_first = 0, pipelined = 0, quits = 0, corrections = 0, logins = 0;
    std::uint64_t lines = 0, paused_lines = 0, recipient_count = 0, messages = 0;
    std::array<std::uint64_t, 7> speeches{};  ///< by Speech
    OffenderTally destinations, ports, helos, senders, sender_domains, server_names;
    std::vector<std::string> recipients, subjects, mailers, firsts;  ///< samples, up to `max_samples` each
    std::uint64_t peak_per_minute = 0;

    void note(const Attempt& attempt);
    void note(const Conversation& conversation, bool show_recipients);
    /// The same machine under another address.
    void absorb(const Offender& other);
    [[nodiscard]] bool has(const IpAddress& other) const;
    /// The IPv4 address if it has one, for that is how people know their machines.
    [[nodiscard]] IpAddress main_address() const;

    [[nodiscard]] std::uint64_t speaking(Speech speech) const { return speeches[static_cast<std::size_t>(speech)]; }
    /// How even the pauses between its attempts are: their mean, if at least four lie within a fifth of it.
    [[nodiscard]] std::optional<std::chrono::seconds> period() const;

private:
    struct Recent {
        std::uint16_t port = 0;
        std::uint32_t destination = 0;
        Instant at{};
    };
    [[nodiscard]] bool is_retry(const Attempt& attempt);

    std::array<Recent, 8> recent_{};  // the last connections: a log shows each of a connection's SYNs
    std::size_t next_recent_ = 0;
    std::array<std::int64_t, 8> gaps_{};  // milliseconds between the last attempts
    std::size_t gap_count_ = 0;
    std::int64_t minute_ = 0;
    std::uint64_t in_minute_ = 0;
};

/// "a***@example.com"; what has no @ becomes "***".
[[nodiscard]] std::string mask_address(std::string_view address);
/// "(23 octets)"
[[nodiscard]] std::string mask_text(std::string_view text);

}  // namespace postern::egress
