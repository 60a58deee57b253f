// SPDX-License-Identifier: Apache-2.0
// Own recursion with validation: libunbound, embedded.
//
// What was learnt about libunbound 1.17 the hard way, and is heeded here:
// - Its built-in zones answer `test.`, `invalid.`, `home.arpa.` and the reverse trees of private and documentation addresses by
//   themselves. They are removed one by one (`local-zone` options alone have no effect); only `localhost` stays.
// - `bogus` is judged before rcode and data: a bogus answer may carry both.
// - REFUSED, SERVFAIL, lame, loop and silence all come as err=0, rcode=2. Why a server failed is asked elsewhere (exchange.hpp).
// - A silent server costs 29 s and, with the default ranges, blocks live ones; so the ranges are wide, each question has our own
//   deadline, and then `ub_cancel`, after which no callback comes.
// - Options are fixed after the first question; the context is made after any fork and belongs to one loop.
// - Query name minimisation is off: below a blocklist's zone it would ask each list several times for one address.
#pragma once

#include "base/error.hpp"
#include "net/asker.hpp"
#include "net/endpoint.hpp"

#include <memory>
#include <vector>

namespace postern::net {

struct RecursionOptions {
    std::string root_hints;            ///< file; empty: libunbound's own
    std::string trust_anchor;          ///< file with DS or DNSKEY records; empty: no validation
    std::vector<Endpoint> forward_to;  ///< empty: recursion from the root
};

/// Errors: dns.unbound.setup (a file that cannot be read or understood, named).
[[nodiscard]] Result<std::unique_ptr<Asker>> make_unbound_asker(Loop& loop, const RecursionOptions& options);

}  // namespace postern::net
