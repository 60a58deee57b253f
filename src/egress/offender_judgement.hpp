// SPDX-License-Identifier: Apache-2.0
// What an offender probably is, in words, and by what signs.
//
// An infected machine and a printer with the wrong settings do the same thing: open port 25. They differ in how. A mass mailer's own
// engine reaches for many servers at once, changes its name and senders, and does not wait; a device has one server, one name, one
// sender; a person types. Calling a printer infected costs trust, so a low rate of well-formed mail is never called that.
#pragma once

#include "egress/offender.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::egress {

enum class OffenderKind : std::uint8_t {
    mass_mailer,     ///< a mass mailer with its own engine: infected, or abused
    own_delivery,    ///< a mail server or program that delivers by itself: well-formed, to many servers
    misconfigured,   ///< a scanner, printer, program or monitoring set to port 25 of one server
    by_hand,         ///< a person testing
    port_scan,       ///< many servers, and nothing of SMTP said
    other_protocol,  ///< something else than SMTP
    unclear,         ///< too little is known
};
/// "mass-mailer": stable, for programs.
[[nodiscard]] std::string_view to_string(OffenderKind kind);
/// "incident", "notice" or "info", as events have it.
[[nodiscard]] std::string_view severity(OffenderKind kind);

struct OffenderJudgement {
    OffenderKind kind = OffenderKind::unclear;
    std::string sentence;               ///< "a mass mailer with its own engine: this machine is probably infected"
    std::vector<std::string> evidence;  ///< "it tried 214 servers"; text from outside in it is raw
    std::string advice;
};
[[nodiscard]] OffenderJudgement judge(const Offender& offender);

}  // namespace postern::egress
