// SPDX-License-Identifier: Apache-2.0
#include "reputation/judge.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::reputation {
namespace {

constexpr std::string_view refusal_mend = "Ask from a resolver of your own on this machine, not through a public or "
                                          "shared one; some operators want a free key.";

bool is_loopback(const IpAddress& address) { return address.is_v4() && address.octets()[0] == 127; }
bool is_operator_error(const IpAddress& address) {
    const auto octets = address.octets();
    return is_loopback(address) && octets[1] == 255 && octets[2] == 255;
}

Verdict without_answer(Status status, std::string_view code, std::string sentence, std::string_view mend = {}) {
    return {.status = status, .reason = Reason{std::string(code), std::move(sentence), std::string(mend)}};
}

Hit hit(const List& list, const IpAddress& code, const Meaning& meaning) {
    const Profile& profile = list.profile_of(meaning.part);
    return {code, meaning.effect, meaning.sentence, std::string(profile.zone.text()),
            meaning.tier.value_or(profile.tier)};
}

/// What one address says: nothing if the catalogue has no meaning for it.
std::vector<Hit> meanings(const List& list, const IpAddress& code) {
    for (const Meaning& meaning : list.codes)
        if (const auto* pattern = std::get_if<CodePattern>(&meaning.code); pattern != nullptr && pattern->matches(code))
            return {hit(list, code, meaning)};
    // Bits stand in the last octet of 127.0.0.x; those without meaning add nothing to those with one.
    std::vector<Hit> hits;
    const auto octets = code.octets();
    for (const Meaning& meaning : list.codes)
        if (const auto* bit = std::get_if<std::uint8_t>(&meaning.code);
            bit != nullptr && octets[1] == 0 && octets[2] == 0 && (octets[3] & *bit) != 0)
            hits.push_back(hit(list, code, meaning));
    return hits;
}

Verdict judge_addresses(const List& list, const std::vector<IpAddress>& codes) {
    Verdict verdict{.status = Status::clean, .proven = true};
    for (const IpAddress& code : codes)
        if (!is_loopback(code))
            return without_answer(
                Status::broken, "list.outside_loopback",
                fmt::format("It answered {}, which no blocklist does: the zone is parked or sold, or the resolver "
                            "rewrites answers.",
                            code.to_string()),
                "If many lists show this, change the resolver; if only this one, leave the list out.");
    for (const IpAddress& code : codes) {
        auto found = meanings(list, code);
        const auto refusal = std::ranges::find(found, Effect::refused, &Hit::effect);
        if (refusal != found.end() || (found.empty() && is_operator_error(code))) {
            std::string mend(refusal_mend);
            for (const Meaning& known : list.codes)
                if (refusal != found.end() && known.effect == Effect::refused && known.sentence == refusal->meaning &&
                    !known.mend.empty())
                    mend = known.mend;
            const std::string what =
                refusal != found.end() ? refusal->meaning : "the operator's code for a question it does not answer";
            return without_answer(Status::unknown, "list.refused",
                                  fmt::format("The list refused to say: {} ({}).", what, code.to_string()), mend);
        }
        if (found.empty() && code == IpAddress::from_v4({127, 0, 0, 1})) continue;
        if (found.empty())
            return without_answer(
                Status::unknown, "list.unknown_code",
                fmt::format("It answered {}, a code that the catalogue does not know.", code.to_string()),
                "Look the subject up at the operator's page.");
        verdict.hits.insert(verdict.hits.end(), found.begin(), found.end());
    }
    if (list.role == Role::block && contains(verdict.hits, Effect::block, &Hit::effect))
        verdict.status = Status::listed;
    return verdict;
}

/// Did the list's own zone deny the name? An SOA above the zone may be its parent's word that there is no such list.
bool denied_by_zone(const List& list, const dns::Answer& answer) {
    return answer.soa && answer.soa->is_within(list.zone);
}

/// The deepest zone that could deny everything is the top level's: then the list itself is gone.
bool zone_vanished(const List& list, const dns::Answer& answer) {
    return answer.soa && answer.soa->label_count() <= 1 && list.zone.label_count() > 1;
}

}  // namespace

std::string_view to_string(Status status) {
    switch (status) {
    case Status::listed: return "listed";
    case Status::clean: return "clean";
    case Status::unknown: return "unknown";
    case Status::not_asked: return "not_asked";
    case Status::broken: return "broken";
    }
    return "unknown";
}

Verdict judge(const List& list, const dns::Answer& answer) {
    using dns::Outcome;
    switch (answer.outcome) {
    case Outcome::found: return judge_addresses(list, answer.addresses());
    case Outcome::no_data:
    case Outcome::no_name:
        if (zone_vanished(list, answer))
            return without_answer(Status::broken, "list.vanished",
                                  fmt::format("The zone {} does not exist any more.", list.zone.text()),
                                  "Leave the list out; if it is a new address of the list, correct the catalogue.");
        return {.status = Status::clean, .proven = denied_by_zone(list, answer)};
    case Outcome::refused:
        return without_answer(Status::unknown, "list.server_refused", fmt::format("Refused: {}.", answer.why),
                              refusal_mend);
    case Outcome::server_failure:
        return without_answer(Status::unknown, "list.server_failure", fmt::format("No usable answer: {}.", answer.why));
    case Outcome::bogus:
        return without_answer(Status::unknown, "list.bogus",
                              fmt::format("The answer's signature is wrong: {}.", answer.why));
    case Outcome::malformed:
        return without_answer(Status::unknown, "list.malformed",
                              fmt::format("The answer cannot be read: {}.", answer.why));
    case Outcome::timed_out:
        return without_answer(Status::unknown, "list.timed_out", fmt::format("Silence: {}.", answer.why));
    case Outcome::unreachable:
        return without_answer(Status::unknown, "list.unreachable", fmt::format("Not reached: {}.", answer.why));
    case Outcome::not_asked:
        return without_answer(Status::unknown, "list.interrupted",
                              fmt::format("Not asked to the end: {}.", answer.why));
    }
    return {};
}

Verdict restricted_to(Verdict verdict, const std::vector<std::string>& parts) {
    if (parts.empty()) return verdict;
    std::erase_if(verdict.hits, [&](const Hit& candidate) { return !contains(parts, candidate.part); });
    if (verdict.status == Status::listed && !contains(verdict.hits, Effect::block, &Hit::effect)) {
        verdict.status = Status::clean;
        verdict.proven = true;
    }
    return verdict;
}

int weight_of(const Verdict& verdict, int otherwise) {
    std::optional<int> least;
    for (const Hit& candidate : verdict.hits)
        // Tier 0 never alarms: it weighs less than any other.
        if (candidate.effect == Effect::block && candidate.tier > 0)
            least = std::min(least.value_or(candidate.tier), candidate.tier);
    return least.value_or(verdict.status == Status::listed && !verdict.hits.empty() ? 0 : otherwise);
}

}  // namespace postern::reputation
