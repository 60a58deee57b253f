// SPDX-License-Identifier: Apache-2.0
// Why did own recursion get no answer? libunbound says SERVFAIL for refusal, lameness, loops and silence alike; so one server of
// the zone is asked directly, and its own word reported.
//
// What it says is used to explain and never as the answer: it is not validated.
#pragma once

#include "net/resolver.hpp"

namespace postern::net {

/// The direct answer of a server of `zone` to the question, with its name and address in `why`; not_asked if no server was found.
/// At most eight questions, most of them from the recursion's cache.
Task<dns::Answer> ask_server_of(Loop& loop, Resolver& resolver, DomainName zone, dns::Question question,
                                Clock::time_point deadline);

}  // namespace postern::net
