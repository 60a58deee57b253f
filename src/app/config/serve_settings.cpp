// SPDX-License-Identifier: Apache-2.0
#include "app/config/setting.hpp"

#include <array>

namespace postern::app {
namespace {

using toml::Table;
using namespace std::chrono_literals;

constexpr std::array settings{
    Setting{"serve", "metrics", "\"127.0.0.1@9925\"", true,
            "Where Prometheus finds the metrics, such as \"127.0.0.1@9925\"; \"\" for none.",
            [](Table& table, const std::string& key, Config& config) {
                config.serve.metrics = table.text(key, config.serve.metrics);
            }},
    Setting{"serve", "drain", "\"30s\"", true, "How long conversations may go on after SIGTERM; from 1s to 10m.",
            [](Table& table, const std::string& key, Config& config) {
                config.serve.drain = read_duration(table, key, config.serve.drain, 1s, 10min);
            }},
    Setting{"serve", "keep_events", "\"30d\"", true, "How long events are kept; from 1d to 366d.",
            [](Table& table, const std::string& key, Config& config) {
                config.serve.keep_events =
                    read_duration(table, key, config.serve.keep_events, std::chrono::days(1), std::chrono::days(366));
            }},
};

}  // namespace

std::span<const Setting> serve_settings() { return settings; }

}  // namespace postern::app
