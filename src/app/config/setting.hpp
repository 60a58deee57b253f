// SPDX-License-Identifier: Apache-2.0
// One setting of postern.toml: its parser, its checks and its lines of the example come from the same entry.
//
// Settings stand by section in files of their own (dns_settings.cpp ...), joined by config.cpp.
#pragma once

#include "app/config/config.hpp"
#include "app/toml/document.hpp"

#include <initializer_list>
#include <optional>
#include <span>

namespace postern::app {

struct Setting {
    std::string_view section;  ///< "dns", "gate.limits"
    std::string_view key;
    std::string_view value;     ///< the default, or an example of a setting that has none
    bool has_default;           ///< false: absent unless given, so the example is commented out
    std::string_view sentence;  ///< with unit and range
    void (*read)(toml::Table&, const std::string& key, Config&);
};

/// Each of one or more sections; the settings of a section stand together.
[[nodiscard]] std::span<const Setting> dns_settings();
[[nodiscard]] std::span<const Setting> lists_settings();
[[nodiscard]] std::span<const Setting> serve_settings();
[[nodiscard]] std::span<const Setting> gate_settings();
[[nodiscard]] std::span<const Setting> link_settings();
[[nodiscard]] std::span<const Setting> trap_settings();
[[nodiscard]] std::span<const Setting> egress_settings();  ///< [site] and [egress]

/// A duration within bounds, or a fault at the key. Absent: `otherwise`.
[[nodiscard]] std::chrono::milliseconds read_duration(toml::Table& table, const std::string& key,
                                                      std::chrono::milliseconds otherwise,
                                                      std::chrono::milliseconds least, std::chrono::milliseconds most);
/// "2026-12-31"; nothing for what is no day.
[[nodiscard]] std::optional<std::chrono::sys_days> read_date(std::string_view text);
/// A whole number within bounds, likewise.
[[nodiscard]] std::int64_t read_integer(toml::Table& table, const std::string& key, std::int64_t otherwise,
                                        std::int64_t least, std::int64_t most);
/// One of `allowed` by its name, likewise.
[[nodiscard]] policy::Action read_action(toml::Table& table, const std::string& key, policy::Action otherwise,
                                         std::initializer_list<policy::Action> allowed);

}  // namespace postern::app
