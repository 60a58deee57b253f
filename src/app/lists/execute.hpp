// SPDX-License-Identifier: Apache-2.0
// One run of lists with all that belongs to it: resolver, memory, progress, Ctrl-C. Who asks decides what to do with the reports.
#pragma once

#include "app/lists/report.hpp"
#include "app/lists/settings.hpp"

#include <functional>

namespace postern::app {

struct Hooks {
    /// Before the first report; `many` as in RenderOptions.
    std::function<void(bool many)> begin = [](bool) {};
    /// Each report in the order of the subjects; false: nobody reads any more.
    std::function<bool(const SubjectReport&)> report;
    std::function<void(const Summary&)> end = [](const Summary&) {};
};

/// Reports point into `settings`. Faults are printed; the exit code says what came of it all.
[[nodiscard]] Exit execute_lists(const ListsSettings& settings, const std::vector<std::string>& words,
                                 const Hooks& hooks);

}  // namespace postern::app
