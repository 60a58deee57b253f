// SPDX-License-Identifier: Apache-2.0
// postern firewall verify: rules ours, whole and first; nothing around them; they survive; and real connections say the same.
#include "app/cli/shared_options.hpp"
#include "app/firewall/firewall_command.hpp"
#include "app/firewall/kernel.hpp"
#include "app/firewall/plan.hpp"
#include "app/firewall/probe.hpp"
#include "base/contains.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace postern::app {
namespace {

using namespace firewall;
using egress::Problem;

struct Findings {
    std::vector<Problem> problems;
    std::vector<std::string> held;   ///< what was looked at and is well
    std::vector<std::string> notes;  ///< what could not be looked at, and what is worth knowing
};

void problem(Findings& out, std::string_view code, std::string sentence, std::string mend) {
    out.problems.push_back({code, std::move(sentence), std::move(mend)});
}

constexpr const char* apply_anew = "Load the rules anew: postern firewall apply, then confirm.";

/// With the cgroup, whether it exists now or not: that it is gone has a finding of its own.
egress::Model as_configured(const Plan& plan) {
    egress::Model out = plan.model;
    out.cgroup = plan.cgroup;
    return out;
}

/// One sentence for each kind of difference, with the first line as its proof.
void look_at_drift(const Plan& plan, const egress::LiveTable& live, Findings& out) {
    auto differences = find_drift(plan.model, live);
    if (!differences) {
        out.notes.push_back(fmt::format("The live rules could not be compared: {}", differences.error().message));
        return;
    }
    if (auto gone = egress::take_cgroup_fault(plan.cgroup, plan.facts.cgroup_resolves == true, *differences))
        out.problems.push_back(*std::move(gone));
    using Kind = egress::Difference::Kind;
    std::size_t missing = 0, foreign = 0;
    for (const egress::Difference& one : *differences) {
        if (one.kind == Kind::foreign && foreign++ == 0)
            problem(out, "verify.foreign_rule",
                    fmt::format("Our table holds what is not ours: {}", egress::to_string(one)), apply_anew);
        if (one.kind == Kind::missing && missing++ == 0)
            problem(out, "verify.rule_missing", fmt::format("A rule of ours is gone: {}", egress::to_string(one)),
                    apply_anew);
        if (one.kind == Kind::moved)
            problem(out, "verify.moved", fmt::format("Rules of ours stand in another order: {}", one.where),
                    apply_anew);
    }
    if (differences->empty()) out.held.emplace_back("The live rules are ours, line by line, in IPv4 and IPv6.");
}

void look_at_generation(const Plan& plan, const egress::LiveTable& live, Findings& out) {
    if (!live.trial.empty())
        out.notes.push_back(fmt::format(
            "The rules are on trial for {} s more; without postern firewall confirm the old ones come back.",
            live.trial_left.count()));
    const std::string wanted = egress::generation_of(plan.model);
    const std::string& seen = live.trial.empty() ? live.confirmed : live.trial;
    if (seen.empty())
        problem(out, "verify.nothing_holds",
                "Our table is there, but no rules in it hold: a trial ended, or a base chain was emptied.", apply_anew);
    else if (!seen.starts_with(wanted) && !seen.starts_with(egress::generation_of(as_configured(plan))))
        problem(out, "verify.configuration_changed",
                fmt::format("The live rules ({}) are not those that the configuration makes now ({}).", seen, wanted),
                "postern firewall diff shows where they differ; then apply and confirm.");
    if (plan.model.action == egress::Action::log)
        out.notes.emplace_back("Nothing is shut yet: action = \"log\" only writes down who would be.");
}

/// Does another service's reload take our table away?
void look_at_reload(const Plan& plan, const std::string& rules, Findings& out) {
    const auto others = read_whole(plan.boot.other_rules());
    if (!others) return;
    const auto left = in_empty_namespace([&]() -> Result<std::string> {
        if (auto loaded = load(rules); !loaded) return std::unexpected(loaded.error());
        if (auto loaded = load(*others); !loaded) return std::unexpected(loaded.error());
        return list_table_text();
    });
    if (!left) {
        const bool flushes = others->contains("flush ruleset");
        out.notes.push_back(fmt::format("What a reload of {} leaves could not be tried: {}",
                                        plan.boot.other_rules().string(), left.error().message));
        if (!flushes) return;
    } else if (!left->empty()) return;
    std::error_code why;
    if (std::filesystem::is_symlink(plan.boot.at_reload(), why) &&
        read_whole(plan.boot.unit()).value_or("").contains("ReloadPropagatedFrom=nftables.service"))
        out.held.push_back(fmt::format("{} flushes every table, and our unit loads the rules again behind it.",
                                       plan.boot.other_rules().string()));
    else
        problem(out, "verify.reload_flushes",
                fmt::format("A reload of {} takes our table away, and nothing puts it back.",
                            plan.boot.other_rules().string()),
                "postern firewall confirm writes the unit that does; or include /etc/postern/egress.nft at its end.");
}

void look_at_boot(const Plan& plan, const egress::LiveTable& live, Findings& out) {
    if (live.confirmed.empty() || !live.trial.empty()) return;  // on trial nothing is to survive
    const auto file = read_whole(plan.boot.rules());
    std::error_code why;
    if (!file) {
        problem(out, "verify.not_at_boot",
                fmt::format("{} is absent: the rules end with the next reboot.", plan.boot.rules().string()),
                apply_anew);
        return;
    }
    if (!file->contains(fmt::format("chain forward_{} ", live.confirmed)) ||
        (*file != egress::nft_file(plan.model, live.confirmed) &&
         *file != egress::nft_file(as_configured(plan), live.confirmed)))
        problem(out, "verify.boot_differs",
                fmt::format("{} is not what holds now: a reboot brings other rules.", plan.boot.rules().string()),
                apply_anew);
    else if (!std::filesystem::is_symlink(plan.boot.at_boot(), why))
        problem(out, "verify.not_at_boot",
                fmt::format("{} is absent: nothing loads the rules at boot.", plan.boot.at_boot().string()),
                apply_anew);
    else out.held.emplace_back("The same rules are loaded at boot.");
    look_at_reload(plan, *file, out);
}

std::uint64_t count_of(std::string_view counter) {
    const auto text = list_table_json();
    if (!text) return 0;
    const auto rules = egress::read_ruleset(*text);
    if (!rules) return 0;
    const auto found = rules->counters.find(counter);
    return found == rules->counters.end() ? 0 : found->second;
}

struct Caller {
    std::string name;
    std::uint32_t uid;
};

/// As one who must not get out: our counter has to rise, and nobody may answer.
void try_stranger(const Plan& plan, const Caller& who, const IpAddress& target, Findings& out) {
    const bool shuts = plan.model.action != egress::Action::log;
    const char* counter = shuts ? "output_denied" : "output_would";
    const auto before = count_of(counter);
    const Reached reached = connect_as(who.uid, target, 25, std::chrono::seconds(2));
    const bool counted = count_of(counter) > before;
    const std::string what = fmt::format("{} to port 25 of {}", who.name, target.to_string());
    if (reached == Reached::no_route) out.notes.push_back(fmt::format("{}: not tried, there is no way there.", what));
    else if (reached == Reached::failed) out.notes.push_back(fmt::format("{}: could not be tried.", what));
    else if (reached == Reached::connected && shuts)
        problem(out, "verify.reached", fmt::format("{}: connected, though the rules should refuse.", what), apply_anew);
    else if (!counted)
        problem(out, "verify.not_counted", fmt::format("{}: our rules did not see the attempt.", what),
                "Something takes the connection before them; postern firewall diff, nft list ruleset.");
    else
        out.held.push_back(fmt::format(
            "{}: {}.", what, shuts ? "refused by our rule, which counted it" : "seen and counted, let through as yet"));
}

/// As the mail server, who must.
void try_mail_server(const Caller& who, const IpAddress& target, Findings& out) {
    const auto before = count_of("output_denied");
    const Reached reached = connect_as(who.uid, target, 25, std::chrono::seconds(3));
    const std::string what = fmt::format("the mail server's user {} to port 25 of {}", who.name, target.to_string());
    if (count_of("output_denied") > before)
        problem(out, "verify.mail_server_shut_out", fmt::format("{}: refused by our own rule.", what),
                "Look at mta_users; postern firewall remove opens the way at once.");
    else if (reached == Reached::connected) out.held.push_back(fmt::format("{}: connected.", what));
    else out.notes.push_back(fmt::format("{}: let out by our rules, but nobody answered.", what));
}

void try_connections(const Plan& plan, const std::vector<IpAddress>& given, Findings& out) {
    // Without a listener of one's own: addresses that belong to nobody (RFC 5737, RFC 3849), for our rule refuses before they matter.
    const std::vector<IpAddress> nobodys{*IpAddress::parse("192.0.2.1"), *IpAddress::parse("2001:db8::1")};
    const auto allowed = [&](std::uint32_t uid) { return contains(plan.model.mta_users, uid, &egress::User::uid); };
    std::vector<Caller> strangers;
    if (!allowed(0)) strangers.push_back({"root", 0});
    if (const auto nobody = plan.facts.users.find("nobody");
        nobody != plan.facts.users.end() && !allowed(nobody->second))
        strangers.push_back({"nobody", nobody->second});
    for (const IpAddress& target : given.empty() ? nobodys : given) {
        for (const Caller& who : strangers) try_stranger(plan, who, target, out);
        if (!given.empty())
            for (const egress::User& user : plan.model.mta_users) try_mail_server({user.name, user.uid}, target, out);
    }
    if (plan.model.mode == egress::Mode::router)
        out.notes.emplace_back("Forwarded networks cannot be tried from the router: run postern audit, or nc -w 3 HOST "
                               "25, on a machine of each.");
}

Exit print(const Findings& found, bool as_json) {
    if (as_json) {
        json::array problems, held, notes;
        for (const Problem& one : found.problems)
            problems.push_back(json::object{{"code", std::string(one.code)},
                                            {"sentence", json::text(one.sentence)},
                                            {"mend", json::text(one.mend)}});
        for (const std::string& one : found.held) held.push_back(json::text(one));
        for (const std::string& one : found.notes) notes.push_back(json::text(one));
        std::puts(json::pretty(json::object{{"problems", problems}, {"held", held}, {"notes", notes}}).c_str());
    } else {
        for (const std::string& one : found.held) fmt::print("holds: {}\n", printable(one));
        for (const std::string& one : found.notes) fmt::print("note: {}\n", printable(one));
        for (const Problem& one : found.problems)
            fmt::print("PROBLEM: {} ({})\n    {}\n", printable(one.sentence), one.code, printable(one.mend));
        fmt::print("{}\n", found.problems.empty() ? "The rules hold."
                                                  : fmt::format("{} problem{}.", found.problems.size(),
                                                                found.problems.size() == 1 ? "" : "s"));
    }
    return found.problems.empty() ? Exit::well : Exit::found;
}

}  // namespace

Exit run_firewall_verify(const Invocation& invocation) {
    if (auto no = need_root()) return *no;
    std::vector<IpAddress> targets;
    for (const std::string& text : invocation.values("--probe")) {
        const auto address = IpAddress::parse(text);
        if (!address) return refuse(fmt::format("--probe {}: {}", printable(text), address.error().message));
        targets.push_back(*address);
    }
    const auto plan = make_plan(invocation);
    if (!plan) return refuse(plan.error().message);
    const auto everything = list_everything();
    if (!everything) {
        (void)refuse(everything.error().message);
        return Exit::undetermined;
    }
    const auto live = egress::read_live_table(*everything);
    const auto rules = egress::read_ruleset(*everything);
    if (!live || !rules) {
        (void)refuse(live ? rules.error().message : live.error().message);
        return Exit::undetermined;
    }
    Findings found;
    for (const egress::Objection& one : plan->objections) {
        if (one.refused) problem(found, one.code, one.sentence, "Mend the configuration, then apply.");
        else found.notes.push_back(one.sentence);
    }
    if (!live->present)
        problem(found, "verify.absent", "There is no table of ours: port 25 is open for everybody.",
                "postern firewall apply, then confirm.");
    else {
        look_at_generation(*plan, *live, found);
        look_at_drift(*plan, *live, found);
        for (Problem& one : egress::inspect(*rules, plan->model, collect_surroundings()))
            found.problems.push_back(std::move(one));
        look_at_boot(*plan, *live, found);
        try_connections(*plan, targets, found);
    }
    return print(found, invocation.value("--format") == "json");
}

}  // namespace postern::app
