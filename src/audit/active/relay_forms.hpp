// SPDX-License-Identifier: Apache-2.0
// The ways in which a server may be talked into carrying a stranger's mail, as data.
//
// The sixteen of nmap's smtp-open-relay are among them, what the old relay testers added, and forms of our own: doubled hacks,
// comments, NULs, broken brackets, letters that look alike. Local parts that a careless server would hand to a shell (|, /) are
// left out: a test must not be able to do harm.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace postern::audit {

/// In templates: $r the recipient's local part, $far its domain, $s the sender's local part, $own the audited domain, $host the
/// server's name, $ip its address literal, $like the audited domain with one letter of another alphabet.
struct RelayForm {
    std::string_view id;     ///< "R01"
    std::string_view check;  ///< "6-01": which check it belongs to
    std::string_view what;   ///< "percent hack at the own domain"
    std::string_view sender, recipient;
    bool at_home =
        false;  ///< by its looks the recipient is one's own: accepted by a server that takes every local part
};

[[nodiscard]] std::span<const RelayForm> relay_forms();
[[nodiscard]] const RelayForm* find_relay_form(std::string_view id);

struct RelayNames {
    std::string far_local, far_domain, sender_local, own, host, literal;
    bool tagged = false;  ///< the far end takes a tag behind its local part: every form gets its own
};
/// Of one form; with tags its recipient is postern-...-r13@.
[[nodiscard]] RelayNames names_for(const RelayForm& form, RelayNames names);
[[nodiscard]] std::string filled(std::string_view form, const RelayNames& names);

}  // namespace postern::audit
