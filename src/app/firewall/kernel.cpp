// SPDX-License-Identifier: Apache-2.0
#include "app/firewall/kernel.hpp"

#include "app/collect/run_tool.hpp"
#include "egress/ruleset.hpp"

#include <fmt/format.h>

#include <sched.h>

#include <cerrno>
#include <cstring>
#include <thread>

namespace postern::app::firewall {
namespace {

constexpr ToolLimits listing{std::chrono::seconds(20), 64 * 1024 * 1024};

bool is_absence(const Error& error) { return error.message.contains("No such file or directory"); }

}  // namespace

Result<void> load(std::string_view transaction) {
    const auto said = run_tool({"nft", "-f", "-"}, {}, transaction);
    if (said) return {};
    if (said.error().code == "tool.failed") return fail("firewall.refused", said.error().message);
    return std::unexpected(said.error());
}

Result<std::string> list_everything() { return run_tool({"nft", "-j", "list", "ruleset"}, listing); }

Result<std::string> list_table_json() {
    auto said = run_tool({"nft", "-j", "list", "table", "inet", "postern"}, listing);
    if (!said && is_absence(said.error())) return std::string(R"({"nftables": []})");
    return said;
}

Result<std::string> list_table_text() {
    auto said = run_tool({"nft", "-s", "-t", "list", "table", "inet", "postern"}, listing);
    if (!said && is_absence(said.error())) return std::string();
    return said;
}

Result<egress::LiveTable> live_table() {
    const auto said = list_table_json();
    if (!said) return std::unexpected(said.error());
    return egress::read_live_table(*said);
}

Result<std::string> in_empty_namespace(std::function<Result<std::string>()> work) {
    Result<std::string> out = fail("firewall.no_namespace", "an empty network namespace could not be made");
    // A namespace belongs to a thread: this one's children run in the new one, and it ends with the last of them.
    std::thread([&] {
        if (unshare(CLONE_NEWNET) != 0)
            out = fail("firewall.no_namespace",
                       fmt::format("an empty network namespace could not be made: {}", std::strerror(errno)));
        else out = work();
    }).join();
    return out;
}

Result<std::string> listing_of(std::string file) {
    return in_empty_namespace([file = std::move(file)]() -> Result<std::string> {
        if (auto loaded = load(file); !loaded) return std::unexpected(loaded.error());
        return list_table_text();
    });
}

}  // namespace postern::app::firewall
