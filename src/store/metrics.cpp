// SPDX-License-Identifier: Apache-2.0
#include "store/metrics.hpp"

#include <fmt/format.h>

namespace postern::store {
namespace {

std::string escaped(const std::string& text, bool quotes) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') out += "\\\\";
        else if (c == '\n') out += "\\n";
        else if (c == '"' && quotes) out += "\\\"";
        else out += c;
    }
    return out;
}

}  // namespace

Series& Metrics::series(const std::string& name, const char* type, const std::string& help, const Labels& labels) {
    std::string key;
    for (const auto& [label, value] : labels)
        key += fmt::format("{}{}=\"{}\"", key.empty() ? "" : ",", label, escaped(value, true));
    const std::lock_guard lock(mutex_);
    Family& family = families_.try_emplace(name, Family{type, help, {}}).first->second;
    Series*& place = family.by_labels[key];
    if (place == nullptr) place = &all_.emplace_back();
    return *place;
}

std::string Metrics::to_prometheus() const {
    const std::lock_guard lock(mutex_);
    std::string out;
    for (const auto& [name, family] : families_) {
        out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, escaped(family.help, false), name, family.type);
        for (const auto& [labels, one] : family.by_labels)
            out += labels.empty() ? fmt::format("{} {}\n", name, one->value())
                                  : fmt::format("{}{{{}}} {}\n", name, labels, one->value());
    }
    return out;
}

}  // namespace postern::store
