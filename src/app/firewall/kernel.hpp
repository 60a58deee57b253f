// SPDX-License-Identifier: Apache-2.0
// The kernel's firewall through nft: whole transactions in, listings out; and an empty network namespace to try them in first.
#pragma once

#include "base/error.hpp"
#include "egress/render_nft.hpp"

#include <functional>
#include <string>

namespace postern::app::firewall {

/// Loads one transaction: all of it or nothing. Errors: firewall.refused (with nft's words), tool.*.
[[nodiscard]] Result<void> load(std::string_view transaction);

/// `nft -j list ruleset`. Errors: tool.*.
[[nodiscard]] Result<std::string> list_everything();
/// Our table, for programs; an empty ruleset if there is none.
[[nodiscard]] Result<std::string> list_table_json();
/// Our table, for people and comparison, without counts and elements; "" if there is none.
[[nodiscard]] Result<std::string> list_table_text();
[[nodiscard]] Result<egress::LiveTable> live_table();

/// Runs `work` on a thread of its own within an empty network namespace; nothing of it reaches this machine's network.
/// Errors: firewall.no_namespace; those of `work`.
[[nodiscard]] Result<std::string> in_empty_namespace(std::function<Result<std::string>()> work);

/// What our table looks like when nothing but this file is loaded. Errors: as load.
[[nodiscard]] Result<std::string> listing_of(std::string file);

}  // namespace postern::app::firewall
