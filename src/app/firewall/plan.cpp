// SPDX-License-Identifier: Apache-2.0
#include "app/firewall/plan.hpp"

#include "app/cli/shared_options.hpp"
#include "app/firewall/kernel.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

namespace postern::app::firewall {

Result<Plan> make_plan(const Invocation& invocation) {
    const auto config = read_config(invocation);
    if (!config) return std::unexpected(config.error());
    Plan plan;
    plan.facts = collect_facts(config->egress);
    plan.objections = egress::validate(config->egress, &plan.facts);
    plan.cgroup = config->egress.cgroup;
    plan.model = resolve(config->egress, plan.facts);
    plan.boot.root = invocation.value("--root").value_or("/");
    plan.trial_file = std::filesystem::path(data_directory(invocation, *config)) / "firewall-trial.nft";
    return plan;
}

void print_objections(const Plan& plan) {
    for (const egress::Objection& one : plan.objections)
        std::fprintf(stderr, "postern: %s: %s (%s)\n", one.refused ? "refused" : "note",
                     printable(one.sentence).c_str(), std::string(one.code).c_str());
}

std::optional<Exit> need_root() {
    if (geteuid() == 0) return std::nullopt;
    std::fputs("postern: the firewall's rules can be read and changed by root only\n", stderr);
    return Exit::undetermined;
}

Result<Turn> Turn::take() {
    const int file = open("/run/postern-firewall.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return Turn(-1);  // no /run: a rescue system, where nobody else is at work
    for (int tries = 0; tries < 200; ++tries) {
        if (flock(file, LOCK_EX | LOCK_NB) == 0) return Turn(file);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    close(file);
    return fail("firewall.busy", "another postern firewall has been at work for 10 s");
}

Turn::~Turn() {
    if (file_ >= 0) close(file_);
}

Result<std::vector<egress::Difference>> find_drift(const egress::Model& model, const egress::LiveTable& live) {
    const bool on_trial = !live.trial.empty();
    const std::string& generation = on_trial ? live.trial : live.confirmed;
    const auto wanted = listing_of(egress::nft_file(model, generation));
    if (!wanted) return std::unexpected(wanted.error());
    const auto seen = list_table_text();
    if (!seen) return std::unexpected(seen.error());
    egress::LiveTable compared = live;
    if (on_trial) compared.confirmed.clear();  // the rules behind the trial are not what is asked about
    auto differences = egress::compare_listings(*wanted, *seen, compared);
    if (on_trial)
        std::erase_if(differences, [](const egress::Difference& one) { return one.line.starts_with("goto "); });
    return differences;
}

}  // namespace postern::app::firewall
