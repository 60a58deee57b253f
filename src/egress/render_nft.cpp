// SPDX-License-Identifier: Apache-2.0
#include "egress/render_nft.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace postern::egress {
namespace {

std::string joined(const std::vector<std::string>& parts) {
    return parts.size() == 1 ? parts.front() : fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

std::string addresses(const std::vector<Network>& networks) {
    std::vector<Network> sorted = networks;
    std::ranges::sort(sorted);
    // The kernel takes no overlapping members: what stands within another is said by that one.
    std::vector<std::string> parts;
    for (const Network& one : sorted)
        if (!std::ranges::any_of(sorted, [&](const Network& wider) {
                return wider.prefix() < one.prefix() && wider.contains(one.first());
            }))
            if (!contains(parts, short_form(one))) parts.push_back(short_form(one));
    return joined(parts);
}

std::string ports(std::vector<std::uint16_t> numbers) {
    std::ranges::sort(numbers);
    std::vector<std::string> parts;
    for (const auto port : numbers) parts.push_back(std::to_string(port));
    return joined(parts);
}

constexpr std::string_view word(bool v4) { return v4 ? "ip" : "ip6"; }

/// Lines of one chain; each ends with the comment that says why it is there.
class Chain {
public:
    void rule(std::string_view matches_and_verdict, std::string_view why) {
        text_ += fmt::format("\t\t{} comment \"{}\"\n", matches_and_verdict, comment_text(why));
    }
    [[nodiscard]] std::string text(std::string_view name) const {
        return fmt::format("\tchain {} {{\n{}\t}}\n", name, text_);
    }

private:
    std::string text_;
};

std::vector<std::uint16_t> guarded_ports(const Model& model) {
    std::vector<std::uint16_t> all = model.ports;
    if (model.submission != Submission::open)
        for (const std::uint16_t port : {std::uint16_t{465}, std::uint16_t{587}})
            if (!contains(all, port)) all.push_back(port);
    return all;
}

void allow_destinations(Chain& chain, const Model& model) {
    std::vector<Network> own = model.mail_servers;
    own.insert(own.end(), model.inside.begin(), model.inside.end());
    for (const bool v4 : {true, false})
        if (const auto some = of_family(own, v4); !some.empty())
            chain.rule(fmt::format("{} daddr {} accept", word(v4), addresses(some)),
                       "to a mail server of ours, or inside");
}

void allow_mail_servers(Chain& chain, const Model& model, std::string_view counter) {
    for (const bool v4 : {true, false}) {
        const auto some = of_family(model.mail_servers, v4);
        if (some.empty()) continue;
        const std::string rest =
            fmt::format("{} saddr {} counter name \"{}\" accept", word(v4), addresses(some), counter);
        if (model.mail_interfaces.empty()) chain.rule(rest, "the mail server");
        for (const std::string& name : model.mail_interfaces)
            chain.rule(fmt::format("iifname \"{}\" {}", name, rest), "the mail server, where it stands");
    }
}

void allow_exceptions(Chain& chain, const Model& model) {
    for (const Exception& one : model.exceptions) {
        const auto family = word(one.source.first().is_v4());
        std::string match = fmt::format("{} saddr {} ", family, short_form(one.source));
        if (one.destination) match += fmt::format("{} daddr {} ", family, short_form(*one.destination));
        chain.rule(fmt::format("{}meta time < {} counter name \"exceptions\" accept", match, end_of(one)),
                   fmt::format("until {}: {}", to_date(one.until), one.reason));
    }
}

void allow_submission(Chain& chain, const Model& model) {
    if (model.submission != Submission::servers) return;
    for (const bool v4 : {true, false})
        if (const auto some = of_family(model.submission_servers, v4); !some.empty())
            chain.rule(fmt::format("tcp dport {{ 465, 587 }} {} daddr {} accept", word(v4), addresses(some)),
                       "submission, with a login, to these servers only");
}

void remember_machine(Chain& chain) {
    chain.rule("update @hits4 { ip saddr . iifname }", "which machine (IPv4)");
    chain.rule("update @hits6 { ip6 saddr . iifname }", "which machine (IPv6)");
}

void end_chain(Chain& chain, const Model& model, std::string_view hook, std::string_view log_flags) {
    chain.rule(fmt::format("limit rate {}/second burst 20 packets log prefix \"postern {}: \"{}", model.log_per_second,
                           hook, log_flags),
               "written down, but never faster than the log can bear");
    if (model.action == Action::log)
        chain.rule(fmt::format("counter name \"{}_would\" accept", hook), "would be refused: only counted as yet");
    else
        chain.rule(fmt::format("counter name \"{}_denied\" reject with tcp reset", hook),
                   "refused, so that it fails at once");
}

std::string forward_chain(const Model& model, std::string_view generation) {
    Chain chain;
    chain.rule("meta l4proto != tcp accept", "mail is TCP");
    chain.rule(fmt::format("tcp dport != {} accept", ports(guarded_ports(model))), "nothing but mail is looked at");
    allow_destinations(chain, model);
    allow_mail_servers(chain, model, "forward_mail");
    allow_exceptions(chain, model);
    allow_submission(chain, model);
    if (model.action != Action::trap) remember_machine(chain);
    end_chain(chain, model, "forward", "");
    return chain.text(fmt::format("forward_{}", generation));
}

std::string output_chain(const Model& model, std::string_view generation) {
    Chain chain;
    chain.rule("meta l4proto != tcp accept", "mail is TCP");
    chain.rule(fmt::format("tcp dport != {} accept", ports(guarded_ports(model))), "nothing but mail is looked at");
    chain.rule("oifname \"lo\" accept", "within this machine");
    // A socket that its program closed has no owner any more: only attempts to connect are judged by their user.
    chain.rule("tcp flags & (fin | syn | rst | ack) != syn accept", "no attempt to connect");
    allow_destinations(chain, model);
    for (const User& user : model.mta_users)
        chain.rule(fmt::format("meta skuid {} counter name \"output_mta\" accept", user.uid),
                   fmt::format("the user {} of the mail server", user.name));
    if (!model.cgroup.empty())
        chain.rule(fmt::format("socket cgroupv2 level {} \"{}\" counter name \"output_mta\" accept",
                               std::ranges::count(model.cgroup, '/') + 1, model.cgroup),
                   "the service of the mail server");
    allow_submission(chain, model);
    chain.rule("update @hit_users { meta skuid }", "which user");
    end_chain(chain, model, "output", " flags skuid");
    return chain.text(fmt::format("output_{}", generation));
}

std::string divert_chain(const Model& model, std::string_view generation) {
    Chain chain;
    chain.rule("meta l4proto != tcp accept", "mail is TCP");
    chain.rule(fmt::format("tcp dport != {} accept", ports(model.ports)), "nothing but mail is looked at");
    chain.rule("fib daddr type local accept", "to this machine itself");
    allow_destinations(chain, model);
    allow_mail_servers(chain, model, "forward_mail");
    allow_exceptions(chain, model);
    const std::string verdict = fmt::format("counter name \"trapped\" redirect to :{}", model.trap_port);
    for (const std::string& name : model.inside_interfaces) {
        chain.rule(fmt::format("iifname \"{}\" update @hits4 {{ ip saddr . iifname }}", name), "which machine (IPv4)");
        chain.rule(fmt::format("iifname \"{}\" update @hits6 {{ ip6 saddr . iifname }}", name), "which machine (IPv6)");
        chain.rule(fmt::format("iifname \"{}\" meta l4proto tcp {}", name, verdict), "to the trap");
    }
    for (const bool v4 : {true, false})
        if (const auto some = of_family(model.inside, v4); !some.empty()) {
            chain.rule(fmt::format("{0} saddr {1} update @hits{2} {{ {0} saddr . iifname }}", word(v4), addresses(some),
                                   v4 ? 4 : 6),
                       "which machine");
            chain.rule(fmt::format("{} saddr {} meta l4proto tcp {}", word(v4), addresses(some), verdict),
                       "to the trap");
        }
    return chain.text(fmt::format("divert_{}", generation));
}

std::string chains(const Model& model, std::string_view generation) {
    std::string out = forward_chain(model, generation) + output_chain(model, generation);
    if (model.action == Action::trap) out += divert_chain(model, generation);
    return out;
}

/// Counters outlive generations, so that a graph has no gaps; sets name who was hit during the last day, at most 4,096 of a kind.
std::string objects(const Model& model) {
    std::string out;
    for (const char* name : {"forward_mail", "forward_denied", "forward_would", "output_mta", "output_denied",
                             "output_would", "exceptions", "trapped"})
        out += fmt::format("\tcounter {} {{ }}\n", name);
    for (const auto& [name, type] : {std::pair{"hits4", "type ipv4_addr . ifname"},
                                     {"hits6", "type ipv6_addr . ifname"},
                                     {"hit_users", "typeof meta skuid"}})
        out += fmt::format("\tset {} {{\n\t\t{}\n\t\tsize 4096\n\t\tflags dynamic,timeout\n\t\tcounter\n\t\ttimeout "
                           "1d\n\t}}\n",
                           name, type);
    for (const auto hook : hooks_of(model))
        out += fmt::format("\tmap trial_{} {{\n\t\ttype nf_proto : verdict\n\t\tflags timeout\n\t}}\n", hook);
    return out;
}

constexpr std::string_view place(std::string_view hook) {
    if (hook == "forward") return "type filter hook forward priority filter - 10; policy accept;";
    if (hook == "output") return "type filter hook output priority filter - 10; policy accept;";
    return "type nat hook prerouting priority dstnat - 10; policy accept;";
}

std::string base_rules(std::string_view hook, std::string_view generation, std::string_view before) {
    std::string out =
        fmt::format("{}meta nfproto vmap @trial_{} comment \"rules on trial, while they last\"\n", before, hook);
    if (!generation.empty())
        out += fmt::format("{}goto {}_{} comment \"the confirmed rules\"\n", before, hook, generation);
    return out;
}

std::string explained(const Model& model) {
    return fmt::format("# Port 25 outward, made by Postern from postern.toml: mode {}, action {}, 465 and 587 {}.\n",
                       to_string(model.mode), to_string(model.action), to_string(model.submission));
}

}  // namespace

std::string comment_text(std::string_view text, std::size_t most) {
    std::string out;
    for (const char c : text.substr(0, most))
        out += (c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '\'' && c != '`' && c != '$') ? c : '.';
    return out;
}

std::vector<std::string_view> hooks_of(const Model& model) {
    if (model.action == Action::trap) return {"forward", "output", "divert"};
    return {"forward", "output"};
}

std::string generation_of(const Model& model) {
    std::uint64_t hash = 14'695'981'039'346'656'037ULL;  // FNV-1a: a name, not a proof
    for (const char c : objects(model) + chains(model, ""))
        hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
    return fmt::format("{:08x}", (hash ^ (hash >> 32U)) & 0xffffffffU);
}

std::string nft_file(const Model& model, std::string_view generation) {
    std::string out = explained(model);
    out += "# Load: nft -f FILE (again replaces it). Take out: nft delete table inet postern.\n";
    out += "# A reject here is final: no accept in another table overrules it, whatever its priority.\n";
    out += fmt::format("table inet {0}\ndelete table inet {0}\ntable inet {0} {{\n", table_name);
    out += objects(model) + chains(model, generation);
    for (const auto hook : hooks_of(model))
        out += fmt::format("\tchain {} {{\n\t\t{}\n{}\t}}\n", hook, place(hook), base_rules(hook, generation, "\t\t"));
    return out + "}\n";
}

std::string nft_reverse() {
    return "# Takes Postern's rules out; nothing else is touched.\ntable inet postern\ndelete table inet postern\n";
}

namespace {

std::string removal(const LiveTable& live, std::string_view generation) {
    std::string out;
    for (const char* hook : {"forward", "output", "divert"})
        if (const std::string name = fmt::format("{}_{}", hook, generation); contains(live.chains, name))
            out += fmt::format("flush chain inet postern {0}\ndelete chain inet postern {0}\n", name);
    return out;
}

}  // namespace

std::string nft_trial(const Model& model, std::string_view generation, const LiveTable& live,
                      std::chrono::seconds within) {
    std::string out = explained(model) + fmt::format("table inet {} {{\n{}", table_name, objects(model));
    for (const auto hook : hooks_of(model)) out += fmt::format("\tchain {} {{\n\t\t{}\n\t}}\n", hook, place(hook));
    out += "}\n";
    for (const char* hook : {"forward", "output", "divert"}) {
        const bool wanted = contains(hooks_of(model), std::string_view(hook));
        if (!wanted && !contains(live.chains, std::string(hook))) continue;
        out += fmt::format("flush map inet postern trial_{0}\nflush chain inet postern {0}\n", hook);
        const bool old = contains(live.chains, fmt::format("{}_{}", hook, live.confirmed));
        out += base_rules(hook, old ? live.confirmed : "", fmt::format("add rule inet postern {} ", hook));
    }
    for (const std::string& left : live.generations)
        if (left != live.confirmed) out += removal(live, left);
    out += fmt::format("table inet {} {{\n{}}}\n", table_name, chains(model, generation));
    for (const auto hook : hooks_of(model))
        out +=
            fmt::format("add element inet postern trial_{0} {{ ipv4 timeout {2}s : goto {0}_{1}, ipv6 timeout {2}s : "
                        "goto {0}_{1} }}\n",
                        hook, generation, within.count());
    return out;
}

std::string nft_confirm(const LiveTable& live) {
    std::string out =
        "# What is on trial holds from now on; the transaction fails if the kernel has dropped it already.\n";
    for (const char* hook : {"forward", "output", "divert"}) {
        if (!contains(live.chains, std::string(hook))) continue;
        const std::string name = fmt::format("{}_{}", hook, live.trial);
        const bool wanted = contains(live.chains, name);
        if (wanted)
            out += fmt::format("delete element inet postern trial_{0} {{ ipv4 : goto {1}, ipv6 : goto {1} }}\n", hook,
                               name);
        out += fmt::format("flush chain inet postern {}\n", hook);
        if (wanted) out += base_rules(hook, live.trial, fmt::format("add rule inet postern {} ", hook));
        else
            out += fmt::format(
                "delete chain inet postern {0}\nflush map inet postern trial_{0}\ndelete map inet postern trial_{0}\n",
                hook);
    }
    for (const std::string& left : live.generations)
        if (left != live.trial) out += removal(live, left);
    return out;
}

}  // namespace postern::egress
