// SPDX-License-Identifier: Apache-2.0
#include "egress/ruleset.hpp"

#include "base/contains.hpp"
#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace postern::egress {
namespace {

using json::object;
using json::value;

const value* member(const value& in, std::string_view key) {
    const object* o = in.if_object();
    return o == nullptr ? nullptr : o->if_contains(key);
}

std::string text(const value* in) {
    if (in == nullptr || !in->is_string()) return {};
    return std::string(in->get_string().subview(0, 256));
}

std::string text(const value& in, std::string_view key) { return text(member(in, key)); }

std::optional<std::int64_t> number(const value* in) {
    if (in == nullptr) return std::nullopt;
    if (in->is_int64()) return in->get_int64();
    if (in->is_uint64() && in->get_uint64() <= INT64_MAX) return static_cast<std::int64_t>(in->get_uint64());
    return std::nullopt;
}

std::uint64_t count(const value* in) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, number(in).value_or(0)));
}

/// The single members of a right-hand side: a value, a set, a range.
std::vector<const value*> members(const value& right) {
    const value* set = member(right, "set");
    if (set == nullptr || !set->is_array()) return {&right};
    std::vector<const value*> out;
    for (const value& one : set->get_array()) out.push_back(&one);
    return out;
}

std::pair<std::uint16_t, std::uint16_t> port_range(const value& one) {
    const auto whole = std::pair<std::uint16_t, std::uint16_t>(0, 65'535);
    const auto port = [](const value& in) -> std::optional<std::uint16_t> {
        const auto n = number(&in);
        return n && *n >= 0 && *n <= 65'535 ? std::optional(static_cast<std::uint16_t>(*n)) : std::nullopt;
    };
    if (const auto n = port(one)) return {*n, *n};
    const value* range = member(one, "range");
    if (range == nullptr || !range->is_array() || range->get_array().size() != 2) return whole;  // a named set, a map
    const auto low = port(range->get_array()[0]), high = port(range->get_array()[1]);
    return low && high ? std::pair(*low, *high) : whole;
}

void read_ports(const value& right, bool same, Rule& rule) {
    rule.ports.emplace();
    for (const value* one : members(right)) rule.ports->push_back(port_range(*one));
    rule.other_ports = !same;
}

void read_match(const value& match, Rule& rule) {
    const value* left = member(match, "left");
    const value* right = member(match, "right");
    if (left == nullptr || right == nullptr) return;
    const bool same = text(match, "op") != "!=";
    if (const value* payload = member(*left, "payload")) {
        const std::string field = text(*payload, "field"), protocol = text(*payload, "protocol");
        if (field == "dport" && protocol != "udp") return read_ports(*right, same, rule);
        if (field == "daddr") rule.inward = true;
        rule.narrow = true;
    } else if (const value* meta = member(*left, "meta")) {
        const std::string key = text(*meta, "key");
        if (key == "l4proto" || key == "nfproto" || key == "protocol") {
            // "meta l4proto != tcp" lets everything but mail's protocol pass: as narrow as a port.
            if (key != "l4proto" || !same || text(right) != "tcp") rule.narrow = true;
        } else if (key == "iifname" || key == "iif") {
            if (same)
                for (const value* one : members(*right)) rule.interfaces_in.push_back(text(one));
            else rule.narrow = true;
        } else rule.narrow = true;
    } else if (const value* ct = member(*left, "ct")) {
        rule.narrow = true;
        if (text(*ct, "key") == "state")
            rule.established =
                !std::ranges::any_of(members(*right), [](const value* one) { return text(one) == "new"; });
        if (text(*ct, "key") == "status" || text(*ct, "key").contains("daddr")) rule.inward = true;
    } else {
        if (const value* fib = member(*left, "fib"); fib != nullptr && text(right) == "local") rule.inward = true;
        rule.narrow = true;
    }
}

void read_nat(const value& nat, Rule& rule) {
    if (const value* address = member(nat, "addr"); address != nullptr)
        if (const auto ip = IpAddress::parse(text(address))) rule.to_address = *ip;
    if (const auto port = number(member(nat, "port")); port && *port >= 0 && *port <= 65'535)
        rule.to_port = static_cast<std::uint16_t>(*port);
}

void read_statement(std::string_view name, const value& body, Rule& rule) {
    static constexpr std::array verdicts{
        std::pair{"accept", Verdict::accept},      std::pair{"drop", Verdict::drop},
        std::pair{"reject", Verdict::reject},      std::pair{"dnat", Verdict::dnat},
        std::pair{"redirect", Verdict::redirect},  std::pair{"jump", Verdict::jump},
        std::pair{"goto", Verdict::jump},          std::pair{"return", Verdict::leave},
        std::pair{"fwd", Verdict::forward_device}, std::pair{"flow", Verdict::flow},
        std::pair{"queue", Verdict::queue},        std::pair{"tproxy", Verdict::redirect}};
    if (name == "match") return read_match(body, rule);
    if (name == "limit") rule.limited = true;
    if (name == "log") rule.logs = true;
    if (name == "counter") rule.counts = true;
    for (const auto& [word, verdict] : verdicts)
        if (name == word) rule.verdict = verdict;
    if (name == "dnat" || name == "redirect" || name == "tproxy") read_nat(body, rule);
    if (name == "jump" || name == "goto") rule.target = text(body, "target");
    if (name == "fwd") rule.target = text(body, "dev");
    if (name == "flow") rule.target = text(body, "flowtable");
    // iptables' own extensions come through nft as names only: what they match is unknown.
    if (name == "xt") rule.narrow = true;
}

Rule read_rule(const value& in) {
    Rule rule;
    rule.comment = text(in, "comment");
    const value* expressions = member(in, "expr");
    if (expressions == nullptr || !expressions->is_array()) return rule;
    for (const value& one : expressions->get_array())
        if (const object* statement = one.if_object(); statement != nullptr && !statement->empty())
            read_statement(statement->begin()->key(), statement->begin()->value(), rule);
    return rule;
}

Chain read_chain(const value& in) {
    Chain chain{.family = text(in, "family"),
                .table = text(in, "table"),
                .name = text(in, "name"),
                .type = text(in, "type"),
                .hook = text(in, "hook"),
                .rules = {}};
    chain.priority =
        static_cast<int>(std::clamp<std::int64_t>(number(member(in, "prio")).value_or(0), -100'000, 100'000));
    chain.drops_by_policy = text(in, "policy") == "drop";
    return chain;
}

Result<json::array> objects(std::string_view document) {
    auto parsed = json::parse(document);
    if (!parsed) return fail("nft.malformed", "what nft said is no JSON");
    const value* all = member(*parsed, "nftables");
    if (all == nullptr || !all->is_array()) return fail("nft.malformed", "what nft said holds no ruleset");
    return all->get_array();
}

bool is_ours(const value& in) { return text(in, "family") == "inet" && text(in, "table") == table_name; }

/// "forward_5f2c81d0" -> "5f2c81d0"
std::string generation_in(std::string_view chain) {
    for (const std::string_view hook : {"forward_", "output_", "divert_"})
        if (chain.starts_with(hook)) return std::string(chain.substr(hook.size()));
    return {};
}

void read_our_rule(const value& rule, LiveTable& live) {
    const value* expressions = member(rule, "expr");
    if (expressions == nullptr || !expressions->is_array()) return;
    if (const std::string chain = text(rule, "chain"); chain != "forward" && chain != "output") return;
    for (const value& one : expressions->get_array())
        if (const value* leap = member(one, "goto"))
            if (const std::string name = generation_in(text(*leap, "target")); !name.empty()) live.confirmed = name;
}

void read_our_map(const value& map, LiveTable& live) {
    const value* elements = member(map, "elem");
    if (!text(map, "name").starts_with("trial_") || elements == nullptr || !elements->is_array()) return;
    for (const value& pair : elements->get_array()) {
        if (!pair.is_array() || pair.get_array().size() != 2) continue;
        const value* leap = member(pair.get_array()[1], "goto");
        const value* element = member(pair.get_array()[0], "elem");
        if (leap == nullptr) continue;
        live.trial = generation_in(text(*leap, "target"));
        if (element != nullptr)
            live.trial_left = std::chrono::seconds(
                std::clamp<std::int64_t>(number(member(*element, "expires")).value_or(0), 0, 86'400));
    }
}

}  // namespace

bool Rule::takes(std::uint16_t port) const {
    if (!ports) return true;
    const bool held =
        std::ranges::any_of(*ports, [&](const auto& range) { return range.first <= port && port <= range.second; });
    // "any port but those of a set we cannot see" may be this one.
    return held != other_ports || (other_ports && contains(*ports, std::pair<std::uint16_t, std::uint16_t>(0, 65'535)));
}

const Chain* Ruleset::find(std::string_view family, std::string_view table, std::string_view name) const {
    const auto found = std::ranges::find_if(chains, [&](const Chain& chain) {
        return chain.family == family && chain.table == table && chain.name == name;
    });
    return found == chains.end() ? nullptr : &*found;
}

Result<Ruleset> read_ruleset(std::string_view document) {
    const auto all = objects(document);
    if (!all) return std::unexpected(all.error());
    Ruleset out;
    std::map<std::string, std::size_t, std::less<>> places;
    std::size_t rules = 0;
    for (const value& one : *all) {
        if (const value* chain = member(one, "chain")) {
            out.chains.push_back(read_chain(*chain));
            places.emplace(out.chains.back().title(), out.chains.size() - 1);
        } else if (const value* rule = member(one, "rule")) {
            if (++rules > max_rules) return fail("nft.too_many_rules", fmt::format("more than {} rules", max_rules));
            const auto place =
                places.find(fmt::format("{} {} {}", text(*rule, "family"), text(*rule, "table"), text(*rule, "chain")));
            if (place != places.end()) out.chains[place->second].rules.push_back(read_rule(*rule));
        } else if (const value* flow = member(one, "flowtable"))
            out.flowtables.push_back(
                fmt::format("{} {} {}", text(*flow, "family"), text(*flow, "table"), text(*flow, "name")));
        else if (const value* counter = member(one, "counter"); counter != nullptr && is_ours(*counter))
            out.counters[text(*counter, "name")] = count(member(*counter, "packets"));
    }
    return out;
}

Result<LiveTable> read_live_table(std::string_view document) {
    const auto all = objects(document);
    if (!all) return std::unexpected(all.error());
    LiveTable live;
    for (const value& one : *all) {
        if (const value* table = member(one, "table"))
            live.present |= text(*table, "family") == "inet" && text(*table, "name") == table_name;
        if (const value* chain = member(one, "chain"); chain != nullptr && is_ours(*chain)) {
            live.chains.push_back(text(*chain, "name"));
            if (const std::string name = generation_in(live.chains.back());
                !name.empty() && !contains(live.generations, name))
                live.generations.push_back(name);
        }
        if (const value* rule = member(one, "rule"); rule != nullptr && is_ours(*rule)) read_our_rule(*rule, live);
        if (const value* map = member(one, "map"); map != nullptr && is_ours(*map)) read_our_map(*map, live);
    }
    return live;
}

Result<std::vector<Hit>> read_hits(std::string_view document) {
    const auto all = objects(document);
    if (!all) return std::unexpected(all.error());
    std::vector<Hit> hits;
    for (const value& one : *all) {
        const value* set = member(one, "set");
        if (set == nullptr || !is_ours(*set) || !text(*set, "name").starts_with("hit")) continue;
        const value* elements = member(*set, "elem");
        if (elements == nullptr || !elements->is_array()) continue;
        for (const value& entry : elements->get_array()) {
            const value* element = member(entry, "elem");
            const value* inner = element == nullptr ? nullptr : member(*element, "val");
            if (inner == nullptr) continue;
            Hit hit;
            if (const value* concat = member(*inner, "concat");
                concat != nullptr && concat->is_array() && concat->get_array().size() == 2) {
                hit.who = text(&concat->get_array()[0]);
                hit.interface = text(&concat->get_array()[1]);
            } else if (const auto uid = number(inner)) hit.who = fmt::format("uid {}", *uid);
            else hit.who = fmt::format("user {}", text(inner));
            if (const value* counter = member(*element, "counter")) hit.packets = count(member(*counter, "packets"));
            hits.push_back(std::move(hit));
        }
    }
    std::ranges::sort(
        hits, [](const Hit& a, const Hit& b) { return std::tie(b.packets, a.who) < std::tie(a.packets, b.who); });
    return hits;
}

}  // namespace postern::egress
