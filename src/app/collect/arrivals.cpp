// SPDX-License-Identifier: Apache-2.0
#include "app/collect/arrivals.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>

namespace postern::app {
namespace {

namespace fs = std::filesystem;

/// Of a header line "Return-Path: <a@b>", "" if there is none.
std::string field(std::string_view octets, std::string_view name) {
    const std::string_view head = octets.substr(0, octets.find("\n\r\n"));
    const auto at = head.find(name);
    if (at == head.npos || (at > 0 && head[at - 1] != '\n')) return {};
    const auto begin = at + name.size();
    std::string value(head.substr(begin, head.find_first_of("\r\n", begin) - begin));
    value.erase(0, value.find_first_not_of(' '));
    return value;
}

std::string without_flags(const fs::path& path) {
    const std::string name = path.filename().string();
    return name.substr(0, name.find(":2,"));
}

}  // namespace

std::string token_in(std::string_view octets, std::string_view audit) {
    const auto at = octets.find(audit);
    constexpr std::size_t digits = 3;
    if (audit.empty() || at == octets.npos || octets.size() - at < audit.size() + digits) return {};
    const std::string_view number = octets.substr(at + audit.size(), digits);
    if (!std::ranges::all_of(number, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }))
        return token_in(octets.substr(at + audit.size()), audit);
    std::string token(octets.substr(at, audit.size() + digits));
    if (octets.substr(at + token.size()).starts_with('s')) token += 's';
    return token;
}

Mailbox::Mailbox(std::string folder, std::string where) : folder_(std::move(folder)), where_(std::move(where)) {
    for (const fs::path& path : files()) known_.insert(without_flags(path));
}

std::vector<fs::path> Mailbox::files() const {
    std::vector<fs::path> out;
    std::error_code fault;  // a folder that vanishes holds nothing
    const fs::path top(folder_);
    const bool maildir = fs::is_directory(top / "new", fault);
    for (const fs::path& folder : maildir ? std::vector{top / "new", top / "cur"} : std::vector{top})
        for (const auto& entry : fs::directory_iterator(folder, fault))
            if (out.size() < max_files && entry.is_regular_file(fault)) out.push_back(entry.path());
    std::ranges::sort(out);
    return out;
}

net::Task<std::vector<audit::Arrival>> Mailbox::look(std::string audit) {
    std::vector<audit::Arrival> out;
    for (const fs::path& path : files()) {
        if (path.filename().string().starts_with('.') || !known_.insert(without_flags(path)).second) continue;
        std::ifstream file(path, std::ios::binary);
        std::string octets(max_octets, '\0');
        file.read(octets.data(), static_cast<std::streamsize>(octets.size()));
        octets.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
        const std::string token = token_in(octets, audit);
        if (token.empty()) continue;
        out.push_back({.token = token,
                       .where = where_,
                       .peer = IpAddress::parse(field(octets, "X-Postern-Peer:")).value_or(IpAddress()),
                       .helo = field(octets, "X-Postern-Helo:"),
                       .mail_from = field(octets, "Return-Path:"),
                       .recipient = field(octets, "Delivered-To:"),
                       .octets = std::move(octets)});
    }
    co_return out;
}

}  // namespace postern::app
