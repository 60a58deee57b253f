// SPDX-License-Identifier: Apache-2.0
// What the firewall commands begin with: the configuration's model, what this machine shows, what speaks against it.
#pragma once

#include "app/cli/command.hpp"
#include "app/firewall/boot.hpp"
#include "app/firewall/facts.hpp"
#include "egress/listing.hpp"

#include <utility>

namespace postern::app::firewall {

struct Plan {
    egress::Model model;  ///< resolved for this machine
    std::string cgroup;   ///< of the mail server's service as configured, whether it exists or not
    egress::HostFacts facts;
    std::vector<egress::Objection> objections;
    BootFiles boot;
    std::filesystem::path trial_file;  ///< what is on trial, as it will boot

    [[nodiscard]] bool refused() const { return !objections.empty() && objections.front().refused; }
};

/// Errors: those of the configuration.
[[nodiscard]] Result<Plan> make_plan(const Invocation& invocation);
/// Refusals and warnings on standard error.
void print_objections(const Plan& plan);
/// A sentence and Exit::undetermined unless this process may change the firewall.
[[nodiscard]] std::optional<Exit> need_root();

/// One change of the rules at a time on a machine; waits at most 10 s for another. Errors: firewall.busy.
class Turn {
public:
    [[nodiscard]] static Result<Turn> take();
    Turn(Turn&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

private:
    explicit Turn(int file) : file_(file) {}
    int file_;
};

/// Where live and wanted rules differ; wanted is the model as generation `live.confirmed`, or as the one on trial.
[[nodiscard]] Result<std::vector<egress::Difference>> find_drift(const egress::Model& model,
                                                                 const egress::LiveTable& live);

}  // namespace postern::app::firewall
