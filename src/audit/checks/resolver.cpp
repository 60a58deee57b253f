// SPDX-License-Identifier: Apache-2.0
// The resolver that the mail server asks (0-02 to 0-06): ours may be right while the server's is not.
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::audit {
namespace {

bool refused(const dns::Answer& answer) {
    return std::ranges::any_of(answer.addresses(), [](const IpAddress& ip) {
        return ip.is_v4() && ip.octets()[0] == 127 && ip.octets()[1] == 255 && ip.octets()[2] == 255;
    });
}
std::string names(const SystemResolver& resolver) {
    return resolver.addresses.empty() ? "The system's resolver"
                                      : fmt::format("The system's resolver ({})", some_of(resolver.addresses));
}
constexpr std::string_view local_fix =
    "Run a recursing resolver on the mail server (unbound, Knot Resolver) and name 127.0.0.1 in /etc/resolv.conf.";

}  // namespace

Judging judge_resolver_accepted(const Evidence& evidence) {
    const SystemResolver& r = *evidence.resolver;
    if (!r.unknown.empty()) return settled({unknown("RESOLVER_NOT_ASKED", r.unknown + ".")});
    if (!r.test_listed || !r.test_absent)
        return settled({unknown("RESOLVER_NOT_ASKED", "The test entries were not asked for.")});
    if (refused(*r.test_listed) || refused(*r.test_absent))
        return settled({failing("RESOLVER_REFUSED",
                                fmt::format("{} is refused by Spamhaus (127.255.255.x): it is public or asks too much. "
                                            "A server that does not know these codes takes them for listings.",
                                            names(r)),
                                std::string(local_fix))});
    if (!r.test_listed->is_definite() || !r.test_absent->is_definite())
        return settled({unknown("RESOLVER_SILENT",
                                fmt::format("{} gave no answer about the test entries: {}.", names(r),
                                            (r.test_listed->is_definite() ? *r.test_absent : *r.test_listed).reason()),
                                std::string(local_fix))});
    if (r.test_listed->addresses().empty())
        return settled(
            {failing("RESOLVER_BLIND",
                     fmt::format("{} does not see the test entry of the list: it would never see a listing.", names(r)),
                     std::string(local_fix))});
    if (!r.test_absent->addresses().empty())
        return settled({failing(
            "RESOLVER_SEES_ALL",
            fmt::format("{} finds an entry that does not exist: it would take everybody for listed.", names(r)),
            std::string(local_fix))});
    return settled({pass("RESOLVER_ACCEPTED", fmt::format("{} gets right answers from Spamhaus.", names(r)))});
}

Judging judge_resolver_local(const Evidence& evidence) {
    const SystemResolver& r = *evidence.resolver;
    if (r.addresses.empty())
        return settled({unknown("RESOLVER_NONE", "No resolver is configured on this system.", std::string(local_fix))});
    std::vector<std::string> elsewhere;
    for (const std::string& text : r.addresses)
        if (!evidence::is_inside(text)) elsewhere.push_back(text);
    if (elsewhere.size() == r.addresses.size())
        return settled({failing(
            "RESOLVER_ELSEWHERE",
            fmt::format(
                "Questions about lists go to {}, a resolver shared with others: operators of lists refuse those.",
                some_of(elsewhere)),
            std::string(local_fix))});
    if (!elsewhere.empty())
        return settled({warning("RESOLVER_MIXED", fmt::format("Some questions go to {}.", some_of(elsewhere)),
                                std::string(local_fix))});
    return settled(
        {pass("RESOLVER_INSIDE",
              fmt::format("{} is one of your own network. Whether it forwards elsewhere cannot be seen from here.",
                          names(r)))});
}

Judging judge_resolver_validates(const Evidence& evidence) {
    const SystemResolver& r = *evidence.resolver;
    if (!r.signed_name || !r.signed_name->is_definite())
        return settled(
            {unknown("VALIDATION_UNKNOWN", fmt::format("No signed name could be looked up{}.",
                                                       r.signed_name ? ": " + r.signed_name->reason() : ""))});
    if (r.signed_name->authentic_by_resolver)
        return settled({pass("VALIDATES", fmt::format("{} validates DNSSEC.", names(r)))});
    return settled(
        {warning("DOES_NOT_VALIDATE",
                 fmt::format("{} does not validate DNSSEC: forged answers pass, and DANE cannot be used.", names(r)),
                 std::string(local_fix))});
}

Judging judge_resolver_rewrites(const Evidence& evidence) {
    const SystemResolver& r = *evidence.resolver;
    if (!r.random_name || !r.random_name->is_definite())
        return settled(
            {unknown("REWRITING_UNKNOWN", fmt::format("A name that cannot exist could not be asked for{}.",
                                                      r.random_name ? ": " + r.random_name->reason() : ""))});
    if (r.random_name->outcome == dns::Outcome::found)
        return settled({failing(
            "REWRITES",
            fmt::format("{} gives an address to a name that does not exist: lists seem to list everybody.", names(r)),
            std::string(local_fix))});
    return settled(
        {pass("HONEST_ABSENCE", fmt::format("{} says of a name that does not exist that it does not.", names(r)))});
}

}  // namespace postern::audit
