// SPDX-License-Identifier: Apache-2.0
#include "app/config/setting.hpp"

#include <array>

namespace postern::app {
namespace {

using toml::Table;
using namespace std::chrono_literals;

constexpr std::array settings{
    Setting{"lists", "timeout", "\"5s\"", true, "How long one list may take in all; from 100ms to 2m.",
            [](Table& table, const std::string& key, Config& config) {
                config.timeout = read_duration(table, key, config.timeout, 100ms, 2min);
            }},
    Setting{
        "lists", "commercial_use", "false", true,
        "True: lists that are free for non-commercial use only are not asked without a key.",
        [](Table& table, const std::string& key, Config& config) { config.commercial_use = table.flag(key, false); }},
    Setting{"lists", "registered", "[]", true,
            "Lists whose operators know your resolver's address, such as [\"barracuda\"].",
            [](Table& table, const std::string& key, Config& config) {
                for (std::string& name : table.texts(key)) config.registered.insert(std::move(name));
            }},
    Setting{"data", "directory", "\"/var/lib/postern\"", false, "Where health, budgets, listings and cases are kept.",
            [](Table& table, const std::string& key, Config& config) { config.data_dir = table.text(key); }},
};

}  // namespace

std::span<const Setting> lists_settings() { return settings; }

}  // namespace postern::app
