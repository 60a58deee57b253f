// SPDX-License-Identifier: Apache-2.0
#include "egress/model.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::egress {
namespace {

bool plain(char c, std::string_view beside) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || beside.contains(c);
}

}  // namespace

bool is_interface_name(std::string_view name) {
    if (name.ends_with('*')) name.remove_suffix(1);
    return !name.empty() && name.size() <= max_interface_octets && name != "." && name != ".." &&
           std::ranges::all_of(name, [](char c) { return plain(c, "._-@"); });
}

bool is_cgroup_path(std::string_view path) {
    return !path.empty() && path.size() <= 255 && path.front() != '/' && path.back() != '/' && !path.contains("..") &&
           !path.contains("//") && std::ranges::all_of(path, [](char c) { return plain(c, "/._-@:"); });
}

std::vector<Network> of_family(const std::vector<Network>& networks, bool v4) {
    std::vector<Network> out;
    std::ranges::copy_if(networks, std::back_inserter(out), [&](const Network& n) { return n.first().is_v4() == v4; });
    return out;
}

std::string short_form(const Network& network) {
    return network.prefix() == network.first().bits() ? network.first().to_string() : network.to_string();
}

std::string to_date(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::int64_t end_of(const Exception& exception) {
    return std::chrono::seconds((exception.until + std::chrono::days(1)).time_since_epoch()).count();
}

std::string_view to_string(Mode mode) { return mode == Mode::router ? "router" : "host"; }

std::string_view to_string(Action action) {
    switch (action) {
    case Action::log: return "log";
    case Action::trap: return "trap";
    case Action::reject: return "reject";
    }
    return "";
}

std::string_view to_string(Submission submission) {
    switch (submission) {
    case Submission::open: return "open";
    case Submission::servers: return "servers";
    case Submission::shut: return "shut";
    }
    return "";
}

}  // namespace postern::egress
