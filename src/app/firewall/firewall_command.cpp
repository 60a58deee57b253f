// SPDX-License-Identifier: Apache-2.0
#include "app/firewall/firewall_command.hpp"

#include "app/cli/shared_options.hpp"
#include "app/firewall/kernel.hpp"
#include "app/firewall/plan.hpp"
#include "base/contains.hpp"
#include "base/instant.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "egress/export.hpp"
#include "egress/ruleset.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace postern::app {
namespace {

using namespace firewall;
using namespace std::chrono_literals;

void say(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

Exit refuse(const Error& error) {
    std::fprintf(stderr, "postern: %s\n", error.message.c_str());
    return error.code.starts_with("firewall.") || error.code.starts_with("tool.") ? Exit::undetermined : Exit::usage;
}

/// A name for the rules that no chain bears yet: their number, with a letter behind it when the same rules are loaded anew.
std::string free_generation(const egress::Model& model, const egress::LiveTable& live) {
    const std::string number = egress::generation_of(model);
    std::string name = number;
    for (char letter = 'b'; contains(live.generations, name) && letter <= 'z'; ++letter) name = number + letter;
    return name;
}

std::string in_words(const egress::LiveTable& live) {
    if (!live.present) return "no rules of ours are live";
    std::string out =
        live.confirmed.empty() ? "no confirmed rules" : fmt::format("rules {} are confirmed", live.confirmed);
    if (!live.trial.empty())
        out += fmt::format("; rules {} are on trial for {} s more", live.trial, live.trial_left.count());
    return out;
}

Exit show_live(const Invocation& invocation) {
    if (auto no = need_root()) return *no;
    const auto json_text = list_table_json();
    if (!json_text) return refuse(json_text.error());
    const auto live = egress::read_live_table(*json_text);
    const auto rules = egress::read_ruleset(*json_text);
    const auto hits = egress::read_hits(*json_text);
    if (!live || !rules || !hits) return refuse(live ? rules ? hits.error() : rules.error() : live.error());
    if (invocation.value("--format") == "json") {
        json::object counters;
        for (const auto& [name, packets] : rules->counters) counters[name] = packets;
        json::array met;
        for (const egress::Hit& hit : *hits)
            met.push_back(json::object{
                {"who", json::text(hit.who)}, {"interface", json::text(hit.interface)}, {"packets", hit.packets}});
        say(json::pretty(json::object{{"present", live->present},
                                      {"confirmed", live->confirmed},
                                      {"trial", live->trial},
                                      {"trial_seconds_left", live->trial_left.count()},
                                      {"counters", counters},
                                      {"hits", met}}) +
            "\n");
        return live->present ? Exit::well : Exit::found;
    }
    say(in_words(*live) + "\n");
    for (const auto& [name, packets] : rules->counters) say(fmt::format("  {:<16} {}\n", name, packets));
    if (!hits->empty()) say("Who met the rules during the last day:\n");
    for (const egress::Hit& hit : *hits)
        say(fmt::format("  {:<40} {:<15} {} packets\n", printable(hit.who), printable(hit.interface), hit.packets));
    return live->present ? Exit::well : Exit::found;
}

Exit say_what_goes(const BootFiles& boot) {
    const auto live = live_table();
    if (!live) return refuse(live.error());
    const auto files = present(boot);
    if (!live->present && files.empty()) {
        say("There is nothing of ours to remove.\n");
        return Exit::well;
    }
    if (live->present) say(fmt::format("table inet postern would go ({}), its counters with it\n", in_words(*live)));
    for (const std::filesystem::path& path : files) say(fmt::format("{} would go\n", path.string()));
    say("Then port 25 is open for everybody. Nothing was changed (--dry-run).\n");
    return Exit::well;
}

}  // namespace

Exit run_firewall_show(const Invocation& invocation) {
    if (invocation.has("--live")) return show_live(invocation);
    const auto plan = make_plan(invocation);
    if (!plan) return refuse(plan.error());
    say(egress::nft_file(plan->model, egress::generation_of(plan->model)));
    print_objections(*plan);
    return plan->refused() ? Exit::usage : Exit::well;
}

Exit run_firewall_diff(const Invocation& invocation) {
    if (auto no = need_root()) return *no;
    const auto plan = make_plan(invocation);
    if (!plan) return refuse(plan.error());
    print_objections(*plan);
    const auto live = live_table();
    if (!live) return refuse(live.error());
    if (!live->present) {
        say("No rules of ours are live; apply would load all of them (postern firewall show).\n");
        return Exit::found;
    }
    const auto differences = find_drift(plan->model, *live);
    if (!differences) return refuse(differences.error());
    for (const egress::Difference& one : *differences) say(egress::to_string(one) + "\n");
    say(fmt::format("{}: {}\n", in_words(*live),
                    differences->empty() ? "nothing differs" : "- is wanted and absent, + is there and not wanted"));
    return differences->empty() ? Exit::well : Exit::found;
}

Exit run_firewall_apply(const Invocation& invocation) {
    if (auto no = need_root()) return *no;
    auto within = 60s;
    if (const auto text = invocation.value("--confirm-within")) {
        const auto length = parse_duration(*text);
        if (!length || *length < 1s || *length > 24h) {
            std::fputs("postern: --confirm-within is a time from 1s to 24h\n", stderr);
            return Exit::usage;
        }
        within = std::chrono::duration_cast<std::chrono::seconds>(*length);
    }
    const auto plan = make_plan(invocation);
    if (!plan) return refuse(plan.error());
    print_objections(*plan);
    if (plan->refused()) return Exit::usage;
    const auto turn = Turn::take();
    if (!turn) return refuse(turn.error());
    const auto live = live_table();
    if (!live) return refuse(live.error());
    const std::string generation = free_generation(plan->model, *live);
    const std::string file = egress::nft_file(plan->model, generation);
    // First where nobody is: what this kernel and this nft do not take never meets the live rules.
    if (const auto tried = listing_of(file); !tried) return refuse(tried.error());
    if (auto kept = write_whole(plan->trial_file, file); !kept) return refuse(kept.error());
    if (auto loaded = load(egress::nft_trial(plan->model, generation, *live, within)); !loaded)
        return refuse(loaded.error());
    say(fmt::format(
        "Rules {} hold on trial for {} s; without postern firewall confirm the kernel then goes back to {}.\n",
        generation, within.count(), live->confirmed.empty() ? "no rules of ours" : live->confirmed));
    if (plan->model.action == egress::Action::log)
        say("Nothing is shut yet (action = \"log\"): postern firewall show --live names who would be.\n");
    return Exit::well;
}

Exit run_firewall_confirm(const Invocation& invocation) {
    if (auto no = need_root()) return *no;
    const auto plan = make_plan(invocation);
    if (!plan) return refuse(plan.error());
    const auto turn = Turn::take();
    if (!turn) return refuse(turn.error());
    const auto live = live_table();
    if (!live) return refuse(live.error());
    if (live->trial.empty()) {
        std::fprintf(stderr, "postern: nothing is on trial: %s\n", in_words(*live).c_str());
        return Exit::found;
    }
    const auto file = read_whole(plan->trial_file);
    if (!file || !file->contains(fmt::format("chain forward_{} ", live->trial))) {
        std::fprintf(stderr, "postern: %s is not what is on trial (%s): apply anew\n", plan->trial_file.c_str(),
                     live->trial.c_str());
        return Exit::undetermined;
    }
    if (auto loaded = load(egress::nft_confirm(*live)); !loaded) {
        std::fprintf(stderr, "postern: not confirmed, the old rules hold: %s\n", loaded.error().message.c_str());
        return Exit::found;
    }
    if (auto written = write_boot_files(plan->boot, *file); !written) {
        std::fprintf(stderr, "postern: confirmed, but they will not survive a reboot: %s\n",
                     written.error().message.c_str());
        return Exit::undetermined;
    }
    say(fmt::format("Rules {} are confirmed and will be loaded at boot ({}).\n", live->trial,
                    plan->boot.rules().string()));
    return Exit::well;
}

Exit run_firewall_remove(const Invocation& invocation) {
    if (auto no = need_root()) return *no;
    const BootFiles boot{invocation.value("--root").value_or("/")};
    const auto turn = Turn::take();
    if (!turn) return refuse(turn.error());
    if (invocation.has("--dry-run")) return say_what_goes(boot);
    if (auto loaded = load(egress::nft_reverse()); !loaded) return refuse(loaded.error());
    if (auto removed = remove_boot_files(boot); !removed) return refuse(removed.error());
    say("Port 25 is open again for everybody; no rule, unit or link of ours is left.\n");
    return Exit::well;
}

Exit run_firewall_export(const Invocation& invocation) {
    const std::string name = invocation.value("--format").value_or("nft");
    const egress::ExportFormat* format = egress::find_export_format(name);
    if (format == nullptr) return Exit::usage;  // the parser offers no others
    const auto plan = make_plan(invocation);
    if (!plan) return refuse(plan.error());
    // The rules are for another machine: what this one shows is not held against them.
    bool refused = false;
    for (const egress::Objection& one : egress::validate(plan->model, nullptr)) {
        refused |= one.refused;
        std::fprintf(stderr, "postern: %s: %s (%s)\n", one.refused ? "refused" : "note",
                     printable(one.sentence).c_str(), std::string(one.code).c_str());
    }
    if (refused) return Exit::usage;
    say(invocation.has("--reverse") ? format->reverse(plan->model) : format->rules(plan->model));
    return Exit::well;
}

}  // namespace postern::app
