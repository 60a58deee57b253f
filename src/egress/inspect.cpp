// SPDX-License-Identifier: Apache-2.0
#include "egress/inspect.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::egress {
namespace {

constexpr int our_redirect_priority = -110;  // dstnat - 10
constexpr int max_jumps = 16;                // the kernel's own limit of nested jumps

/// The rules of a base chain and of the chains it jumps to, in the order in which a packet to `port` may meet them.
void walk(const Ruleset& rules, const Chain& chain, std::uint16_t port, int depth, std::vector<const Rule*>& out) {
    for (const Rule& rule : chain.rules) {
        if (!rule.takes(port) || out.size() > 10'000) continue;
        out.push_back(&rule);
        if (rule.verdict != Verdict::jump || depth >= max_jumps) continue;
        if (const Chain* next = rules.find(chain.family, chain.table, rule.target))
            walk(rules, *next, port, depth + 1, out);
    }
}

std::vector<const Rule*> met(const Ruleset& rules, const Chain& chain, std::uint16_t port) {
    std::vector<const Rule*> out;
    walk(rules, chain, port, 0, out);
    return out;
}

bool is_inside(const Model& model, const IpAddress& address) {
    const auto holds = [&](const Network& network) { return network.contains(address); };
    return std::ranges::any_of(model.mail_servers, holds) || std::ranges::any_of(model.inside, holds);
}

/// Does this rule take a connection to port 25 outside somewhere else, under another port?
bool changes_port(const Rule& rule, const Model& model, int priority) {
    if (rule.verdict != Verdict::dnat && rule.verdict != Verdict::redirect) return false;
    // What comes in to one of our addresses is not on its way out; what knows neither port nor address is for everything.
    if (rule.inward || (!rule.names(25) && rule.narrow)) return false;
    if (rule.to_address && is_inside(model, *rule.to_address)) return false;
    if (model.action == Action::trap) return priority < our_redirect_priority;
    return rule.verdict == Verdict::redirect || (rule.to_port && *rule.to_port != 25);
}

void look_at_nat(const Ruleset& rules, const Model& model, std::vector<Problem>& out) {
    for (const Chain& chain : rules.chains) {
        if (chain.ours() || (chain.hook != "prerouting" && chain.hook != "output") || chain.family == "bridge")
            continue;
        for (const Rule* rule : met(rules, chain, 25))
            if (changes_port(*rule, model, chain.priority)) {
                out.push_back(
                    {"verify.port_changed",
                     fmt::format("Chain {} ({} {}) sends connections to port 25 elsewhere before our rules see them{}.",
                                 chain.title(), chain.hook, chain.priority,
                                 rule->comment.empty() ? "" : fmt::format(" (\"{}\")", rule->comment)),
                     "Take that dnat or redirect out, or limit it to connections that come in to the mail server."});
                break;
            }
    }
}

void look_around_forward(const Ruleset& rules, const Surroundings& around, std::vector<Problem>& out) {
    std::string flow;
    for (const Chain& chain : rules.chains)
        for (const Rule& rule : chain.rules) {
            if (rule.verdict == Verdict::flow && rule.takes(25)) flow = chain.title();
            if (rule.verdict == Verdict::forward_device && chain.family == "netdev" && rule.takes(25))
                out.push_back({"verify.device_forward",
                               fmt::format("Chain {} hands packets to {} below the hooks: they never meet our rules.",
                                           chain.title(), rule.target),
                               "Limit its fwd rule so that it leaves port 25 alone."});
        }
    if (flow.empty() && !rules.flowtables.empty()) flow = rules.flowtables.front();
    if (!flow.empty())
        out.push_back({"verify.flowtable",
                       fmt::format("A flow table ({}) carries established connections past forward: those of an "
                                   "exception that ended, or from before the rules, go on.",
                                   flow),
                       "Exclude port 25 where connections are added: tcp dport != 25 ... flow add."});
    if (around.bridges_meet_forward) return;
    for (const Bridge& bridge : around.bridges)
        if (bridge.ports.size() > 1 && contains(around.default_devices, bridge.name))
            out.push_back(
                {"verify.bridged",
                 fmt::format("The way to the internet is the bridge {} with the ports {}: what stands on one of them "
                             "leaves by another without "
                             "ever meeting forward.",
                             bridge.name,
                             fmt::format("{}{}", bridge.ports.front(),
                                         bridge.ports.size() > 2 ? " and others" : " and " + bridge.ports.back())),
                 "sysctl net.bridge.bridge-nf-call-iptables=1 and net.bridge.bridge-nf-call-ip6tables=1 (module "
                 "br_netfilter), or route these "
                 "machines instead of bridging them."});
}

/// What a chain of hook input does with a connection to the trap.
bool deafens(const Ruleset& rules, const Chain& chain, std::uint16_t port) {
    for (const Rule* rule : met(rules, chain, port)) {
        if (rule->established || (rule->interfaces_in.size() == 1 && rule->interfaces_in.front() == "lo")) continue;
        if (rule->verdict == Verdict::accept) return false;  // perhaps of some only; that is the administrator's choice
        if ((rule->verdict == Verdict::drop || rule->verdict == Verdict::reject) &&
            (!rule->narrow || rule->names(port)))
            return true;
    }
    return chain.drops_by_policy;
}

void look_at_trap(const Ruleset& rules, const Model& model, std::vector<Problem>& out) {
    if (model.action != Action::trap) return;
    for (const Chain& chain : rules.chains)
        if (!chain.ours() && chain.hook == "input" && chain.family != "bridge" &&
            deafens(rules, chain, model.trap_port))
            out.push_back(
                {"verify.trap_deaf",
                 fmt::format(
                     "Chain {} lets nobody reach port {}: what is led to the trap dies there, and nobody is named.",
                     chain.title(), model.trap_port),
                 fmt::format("Let the networks inside reach tcp port {} of this machine.", model.trap_port)});
}

bool lets_all_go(const Rule& rule) {
    return rule.verdict == Verdict::accept && !rule.narrow && !rule.established && rule.interfaces_in.empty();
}

}  // namespace

std::vector<Problem> inspect(const Ruleset& rules, const Model& model, const Surroundings& around) {
    std::vector<Problem> out;
    look_at_nat(rules, model, out);
    look_around_forward(rules, around, out);
    look_at_trap(rules, model, out);
    return out;
}

Guard guard_of(const Ruleset& rules, std::string_view hook, bool v4) {
    Guard out;
    for (const Chain& chain : rules.chains) {
        if (chain.hook != hook || chain.type != "filter" ||
            (chain.family != "inet" && chain.family != (v4 ? "ip" : "ip6")))
            continue;
        const Rule* open = nullptr;
        for (const Rule* rule : met(rules, chain, 25)) {
            if (lets_all_go(*rule) && open == nullptr) open = rule;
            const bool stops = rule->verdict == Verdict::drop || rule->verdict == Verdict::reject;
            // Our own chains ask for the port in front; in others' a refusal counts if it names port 25.
            const bool meant = rule->names(25) || (chain.ours() && !rule->narrow);
            if (!stops || !meant || rule->established) continue;
            auto& place = open == nullptr ? out.holds : out.shadowed;
            if (!place) place = chain.title();
        }
    }
    return out;
}

Record record_of(const Ruleset& rules) {
    Record out;
    for (const Chain& chain : rules.chains) {
        if (chain.hook.empty() || chain.family == "bridge") continue;
        for (const Rule* rule : met(rules, chain, 25)) {
            // Behind our own first rules, and in chains made for it, a log rule need not name the port again.
            const bool meant = rule->names(25) || chain.ours();
            if (!meant || (!rule->logs && rule->verdict != Verdict::redirect)) continue;
            out.logs = true;
            out.unlimited |= rule->logs && !rule->limited;
        }
    }
    return out;
}

std::optional<Problem> take_cgroup_fault(std::string_view cgroup, bool exists, std::vector<Difference>& differences) {
    const auto of_cgroup = [](const Difference& one) { return one.line.contains("socket cgroupv2"); };
    const bool bound = std::ranges::any_of(
        differences, [&](const Difference& one) { return of_cgroup(one) && one.kind == Difference::Kind::foreign; });
    if (cgroup.empty() || !bound) return std::nullopt;
    std::erase_if(differences, of_cgroup);
    return Problem{
        "verify.cgroup_gone",
        exists ? fmt::format("The cgroup {} was made anew since the rules were loaded: they still mean the "
                             "old one, and the mail server's service is shut out.",
                             cgroup)
               : fmt::format("The cgroup {} is gone: the rule that lets the mail server's service out "
                             "matches nobody, and will not match it when it starts again.",
                             cgroup),
        "With the service running: postern firewall apply, then confirm. Better, name its user in mta_users: a "
        "user's number does not change with each start."};
}

}  // namespace postern::egress
