// SPDX-License-Identifier: Apache-2.0
// What nft prints holds names and comments of whoever wrote rules on the machine, and a file given to the audit holds anything.
#include "egress/inspect.hpp"
#include "egress/listing.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern::egress;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Model model;
    model.action = Action::trap;
    if (const auto rules = read_ruleset(text)) {
        (void)inspect(*rules, model, {});
        (void)guard_of(*rules, "output", true);
        (void)record_of(*rules);
    }
    (void)read_hits(text);
    const auto live = read_live_table(text);
    if (compare_listings(text.substr(0, size / 2), text.substr(size / 2), live ? *live : LiveTable{}).size() >
        max_differences)
        std::abort();
    return 0;
}
