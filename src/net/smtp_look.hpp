// SPDX-License-Identifier: Apache-2.0
// A look at an SMTP server that any mail server might take: banner, EHLO, STARTTLS, EHLO, QUIT. No MAIL, no address, no probe.
//
// The server may be hostile: replies are bounded (wire/smtp_reply.hpp), the whole look has one deadline, and whatever goes wrong
// is a value in what is returned.
#pragma once

#include "base/instant.hpp"
#include "net/endpoint.hpp"
#include "net/loop.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postern::net {

struct SmtpSight {
    std::string unknown;  ///< why nothing was learnt; empty if the server greeted and answered EHLO
    std::string banner;
    std::vector<std::string> ehlo, ehlo_tls;
    bool offered_tls = false;
    bool timed_out = false;
    std::string tls_version, tls_problem;
    std::vector<std::string> certificate_names;  ///< subjectAltName, else the common name
    std::optional<Instant> certificate_expires;
    std::string certificate_problem;  ///< why no known root vouches for it; empty: one does
};

/// `greeting` is what we call ourselves.
Task<SmtpSight> look_at_smtp(Loop& loop, Endpoint server, std::string name, std::string greeting,
                             Clock::time_point deadline);

}  // namespace postern::net
