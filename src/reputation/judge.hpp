// SPDX-License-Identifier: Apache-2.0
// What an answer of a list means: the one judgement of the whole program.
//
// Other checkers take any answer for a listing and any absence for health; each rule here stands against one of their defects:
// - An answer outside 127.0.0.0/8 is not the list's: a parked zone or a resolver that rewrites. The list is broken.
// - 127.255.255.0/24 and codes the list calls so are refusals: unknown, with the mend.
// - A code the catalogue does not know is unknown, not listed; 127.0.0.1 is no listing unless the list gives it a meaning.
// - Several addresses are several reasons; the bits of a mask are several reasons in one address.
// - Allow-lists and information zones never make anybody listed.
// - NXDOMAIN is clean only if the zone itself denied the name (its SOA came along); whether it did is `proven`.
// - Time-out, SERVFAIL, REFUSED, bogus, malformed: unknown, each with its reason. Nothing unknown is clean.
#pragma once

#include "base/dns.hpp"
#include "reputation/catalogue.hpp"

namespace postern::reputation {

enum class Status : std::uint8_t { listed, clean, unknown, not_asked, broken };
[[nodiscard]] std::string_view to_string(Status status);  ///< "not_asked"

/// Why there is no plain yes or no, and what to do about it.
struct Reason {
    std::string code;  ///< "list.refused"
    std::string sentence;
    std::string mend;  ///< may be empty
    friend bool operator==(const Reason&, const Reason&) = default;
};

struct Hit {
    IpAddress code;
    Effect effect = Effect::block;
    std::string meaning;
    std::string part;  ///< zone of the part, or of the list
    int tier = 0;
    friend bool operator==(const Hit&, const Hit&) = default;
};

struct Verdict {
    Status status = Status::unknown;
    std::vector<Hit> hits;         ///< with any status but for refusals: what was answered, also allow and information
    std::optional<Reason> reason;  ///< unless listed or clean
    bool proven = false;           ///< of a clean one: the list's own zone denied the name
};

/// Borrows both for the call.
[[nodiscard]] Verdict judge(const List& list, const dns::Answer& answer);

/// Only the hits of these parts (zones); a verdict that was listed for others only becomes clean. No parts: unchanged.
[[nodiscard]] Verdict restricted_to(Verdict verdict, const std::vector<std::string>& parts);

/// The least tier number among block hits: the weight of a listing.
[[nodiscard]] int weight_of(const Verdict& verdict, int otherwise);

}  // namespace postern::reputation
