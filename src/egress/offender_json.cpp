// SPDX-License-Identifier: Apache-2.0
#include "egress/offender_json.hpp"

#include <algorithm>
#include <utility>

namespace postern::egress {
namespace {

using Count = std::pair<const char*, std::uint64_t Offender::*>;
constexpr std::array<Count, 14> counts{{
    {"attempts", &Offender::attempts},
    {"retries", &Offender::retries},
    {"conversations", &Offender::conversations},
    {"refused", &Offender::refused},
    {"spoke_first", &Offender::spoke_first},
    {"pipelined", &Offender::pipelined},
    {"quits", &Offender::quits},
    {"corrections", &Offender::corrections},
    {"logins", &Offender::logins},
    {"lines", &Offender::lines},
    {"paused_lines", &Offender::paused_lines},
    {"recipient_count", &Offender::recipient_count},
    {"messages", &Offender::messages},
    {"peak_per_minute", &Offender::peak_per_minute},
}};
constexpr std::array<std::pair<const char*, OffenderTally Offender::*>, 6> tallies{{
    {"destinations", &Offender::destinations},
    {"ports", &Offender::ports},
    {"helos", &Offender::helos},
    {"senders", &Offender::senders},
    {"sender_domains", &Offender::sender_domains},
    {"server_names", &Offender::server_names},
}};
constexpr std::array<std::pair<const char*, std::vector<std::string> Offender::*>, 4> samples{{
    {"recipients", &Offender::recipients},
    {"subjects", &Offender::subjects},
    {"mailers", &Offender::mailers},
    {"firsts", &Offender::firsts},
}};
constexpr std::array<std::pair<const char*, std::string Identity::*>, 6> identities{{
    {"mac", &Identity::mac},
    {"dhcp_name", &Identity::dhcp_name},
    {"dhcp_source", &Identity::dhcp_source},
    {"reverse_name", &Identity::reverse_name},
    {"user", &Identity::user},
    {"note", &Identity::note},
}};

json::object tally_to_json(const OffenderTally& tally) {
    json::array named;
    for (const auto& [word, count] : tally.named())
        named.push_back(json::object{{"word", json::text(word)}, {"count", count}});
    return {{"different", tally.different()}, {"at_least", tally.full()}, {"named", std::move(named)}};
}

std::string text_of(const json::object& object, const char* key, std::size_t most = Offender::max_text) {
    const json::value* found = object.if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->get_string()).substr(0, most) : std::string();
}

std::uint64_t count_of(const json::object& object, const char* key) {
    const json::value* found = object.if_contains(key);
    if (found == nullptr || !found->is_number()) return 0;
    boost::system::error_code fault;
    const auto value = found->to_number<std::uint64_t>(fault);
    return fault ? 0 : value;
}

Instant instant_of(const json::object& object, const char* key) {
    return Instant(std::chrono::milliseconds(std::min<std::uint64_t>(count_of(object, key), std::uint64_t{1} << 52U)));
}

void read_tally(const json::object& object, const char* key, OffenderTally& out) {
    const json::value* found = object.if_contains(key);
    const json::value* named =
        found != nullptr && found->is_object() ? found->get_object().if_contains("named") : nullptr;
    if (named == nullptr || !named->is_array()) return;
    for (const json::value& item : named->get_array()) {
        if (!item.is_object()) continue;
        const std::string word = text_of(item.get_object(), "word", OffenderTally::max_word);
        if (!word.empty()) out.add(word, count_of(item.get_object(), "count"));
    }
}

template <class Take>
void each_text(const json::object& object, const char* key, Take take) {
    const json::value* found = object.if_contains(key);
    if (found == nullptr || !found->is_array()) return;
    for (const json::value& item : found->get_array())
        if (item.is_string()) take(std::string(item.get_string()).substr(0, Offender::max_text));
}

}  // namespace

json::object to_json(const Offender& offender) {
    json::object out{{"address", offender.address.to_string()},
                     {"first_seen", to_rfc3339(offender.first)},
                     {"last_seen", to_rfc3339(offender.last)},
                     {"first_ms", offender.first.time_since_epoch().count()},
                     {"last_ms", offender.last.time_since_epoch().count()}};
    json::array addresses;
    for (const IpAddress& ip : offender.addresses) addresses.emplace_back(ip.to_string());
    out["addresses"] = std::move(addresses);
    for (const auto& [name, member] : identities) out[name] = json::text(offender.who.*member);
    out["mac_on_link"] = offender.who.on_link;
    for (const auto& [name, member] : counts) out[name] = offender.*member;
    json::object speeches;
    for (std::size_t i = 0; i < offender.speeches.size(); ++i)
        if (offender.speeches[i] > 0) speeches[to_string(static_cast<Speech>(i))] = offender.speeches[i];
    out["speeches"] = std::move(speeches);
    for (const auto& [name, member] : tallies) out[name] = tally_to_json(offender.*member);
    for (const auto& [name, member] : samples) {
        json::array texts;
        for (const std::string& text : offender.*member) texts.push_back(json::text(text));
        out[name] = std::move(texts);
    }
    return out;
}

json::object to_json(const OffenderJudgement& judgement) {
    json::array evidence;
    for (const std::string& sign : judgement.evidence) evidence.push_back(json::text(sign));
    return {{"kind", to_string(judgement.kind)},
            {"sentence", json::text(judgement.sentence)},
            {"evidence", std::move(evidence)},
            {"advice", judgement.advice}};
}

Result<Offender> read_offender(const json::value& document) {
    if (!document.is_object()) return fail("egress.offender.malformed", "the record of an offender is no object");
    const json::object& object = document.get_object();
    const auto address = IpAddress::parse(text_of(object, "address"));
    if (!address) return fail("egress.offender.malformed", "the record of an offender has no address");
    Offender out;
    out.address = *address;
    out.first = instant_of(object, "first_ms");
    out.last = instant_of(object, "last_ms");
    each_text(object, "addresses", [&](const std::string& text) {
        const auto ip = IpAddress::parse(text);
        if (ip && out.addresses.size() < Offender::max_addresses && !out.has(*ip)) out.addresses.push_back(*ip);
    });
    if (out.addresses.empty()) out.addresses.push_back(out.address);
    for (const auto& [name, member] : identities) out.who.*member = text_of(object, name);
    const json::value* on_link = object.if_contains("mac_on_link");
    out.who.on_link = on_link != nullptr && on_link->is_bool() && on_link->get_bool();
    for (const auto& [name, member] : counts) out.*member = count_of(object, name);
    if (const json::value* said = object.if_contains("speeches"); said != nullptr && said->is_object())
        for (std::size_t i = 0; i < out.speeches.size(); ++i)
            out.speeches[i] = count_of(said->get_object(), std::string(to_string(static_cast<Speech>(i))).c_str());
    for (const auto& [name, member] : tallies) read_tally(object, name, out.*member);
    for (const auto& [name, member] : samples)
        each_text(object, name, [&](std::string text) {
            if ((out.*member).size() < Offender::max_samples) (out.*member).push_back(std::move(text));
        });
    return out;
}

}  // namespace postern::egress
