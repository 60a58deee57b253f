// SPDX-License-Identifier: Apache-2.0
// What a probe elsewhere saw (docs/probe.md): servers looked at from there, what arrived there, and which connections got out to it.
//
// A vantage that could not be used stands here too, with the reason: what it would have told is unknown, never assumed.
#pragma once

#include "base/domain_name.hpp"
#include "base/instant.hpp"
#include "base/ip_address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postern::audit {

/// What one SMTP server said to a stranger who only looked: banner, EHLO, STARTTLS, EHLO, QUIT.
struct SmtpLook {
    IpAddress ip;
    std::uint16_t port = 25;
    DomainName host;                    ///< the MX host it was found under
    std::string unknown;                ///< why nothing was learnt; empty if the server greeted
    std::string banner;                 ///< the text behind 220
    std::vector<std::string> ehlo;      ///< keywords with parameters, first line left out
    std::vector<std::string> ehlo_tls;  ///< the same after STARTTLS
    bool offered_tls = false;
    std::string tls_version;  ///< "TLSv1.3"; empty: no TLS
    std::string tls_problem;  ///< why STARTTLS failed
    std::vector<std::string> certificate_names;
    std::optional<Instant> certificate_expires;
    std::string certificate_problem;  ///< "self-signed certificate"; empty: it chains to a known root
    bool timed_out = false;           ///< the connection was not even refused
    std::string seen_from;            ///< the vantage; empty: this machine
};

/// A connection that came to the probe and bore the audit's token.
struct SeenConnection {
    std::string tag;
    Instant at{};
    std::optional<IpAddress> peer;
    std::uint16_t local_port = 0;
    std::string helo, tls, sender;
    std::vector<std::string> recipients;
    std::string ended;
};

/// A message that came to the probe and bore the audit's token.
struct SeenMessage {
    std::string tag;
    Instant at{};
    std::optional<IpAddress> peer;
    std::uint16_t local_port = 0;
    std::string helo, tls, sender;
    std::vector<std::string> recipients;
    std::string found_in, octets;
    std::uint64_t bare_newlines = 0;
};

struct TriedRecipient {
    std::string recipient;
    int code = 0;  ///< 0: not tried any more
    std::string text;
};

/// What a server said to RCPT from the probe; no message was sent.
struct RecipientLook {
    IpAddress ip;
    std::uint16_t port = 25;
    DomainName host;
    std::string unknown;  ///< why it did not come to RCPT
    bool timed_out = false;
    int sender_code = 0;
    std::vector<TriedRecipient> recipients;
};

/// One try to get out of here to the probe.
struct WayOut {
    std::string by;  ///< empty: directly; else the proxy, "socks5://192.0.2.7@1080"
    IpAddress to;
    std::uint16_t port = 25;
    bool connected = false;  ///< the handshake of TCP (or the proxy's word) succeeded
    bool arrived = false;    ///< and the probe saw it: no box on the way answered in its stead
    bool no_route = false;   ///< this machine has no way for that family at all
    std::string why;         ///< what failed, if something did
    std::optional<IpAddress> seen_as;
};

struct Vantage {
    std::string name;        ///< as the user called it
    std::string unknown;     ///< why it could not be used; empty: it could
    std::string probe_name;  ///< its host name
    std::string port25_out;  ///< "open", "shut", "unknown": can it reach port 25 itself?
    std::string port25_why;
    std::optional<IpAddress> you;  ///< the address from which its control interface was asked
    std::vector<SmtpLook> looks;
    std::vector<RecipientLook> recipients;
    std::vector<SeenConnection> connections;
    std::vector<SeenMessage> messages;
    std::vector<WayOut> ways_out;
};

}  // namespace postern::audit
