// SPDX-License-Identifier: Apache-2.0
#include "evidence/host.hpp"

#include "evidence/scan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

namespace postern::evidence {
namespace {

template <class Number>
std::optional<Number> number(std::string_view text, int base = 10) {
    Number value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "0100007F" or 32 digits: words of the machine's (little-endian) order.
std::optional<IpAddress> kernel_address(std::string_view text) {
    if (text.size() != 8 && text.size() != 32) return std::nullopt;
    std::array<std::uint8_t, 16> octets{};
    for (std::size_t word = 0; word * 8 < text.size(); ++word) {
        const auto value = number<std::uint32_t>(text.substr(word * 8, 8), 16);
        if (!value) return std::nullopt;
        for (std::size_t i = 0; i < 4; ++i) octets[word * 4 + i] = static_cast<std::uint8_t>(*value >> (8 * i));
    }
    if (text.size() == 32) return IpAddress::from_v6(octets);
    return IpAddress::from_v4({octets[0], octets[1], octets[2], octets[3]});
}

template <class Take>
void each_line(std::string_view text, Take take) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        take(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
}

}  // namespace

std::vector<Socket> read_socket_table(std::string_view text) {
    std::vector<Socket> sockets;
    each_line(text, [&](std::string_view line) {
        std::vector<std::string_view> words;
        for (std::string_view rest = trimmed(line); !rest.empty() && words.size() < 9; rest = trimmed(rest))
            words.push_back(take_word(rest));
        if (words.size() < 8 || sockets.size() >= 100'000) return;
        const auto local = kernel_address(before(words[1], ":")), remote = kernel_address(before(words[2], ":"));
        const auto local_port = number<std::uint16_t>(behind(words[1], ":"), 16),
                   remote_port = number<std::uint16_t>(behind(words[2], ":"), 16);
        const auto uid = number<std::uint32_t>(words[7]);
        if (!local || !remote || !local_port || !remote_port || !uid) return;
        sockets.push_back({*local, *remote, *local_port, *remote_port, words[3] == "0A", *uid});
    });
    return sockets;
}

std::map<std::uint32_t, std::string> read_users(std::string_view passwd) {
    std::map<std::uint32_t, std::string> users;
    each_line(passwd, [&](std::string_view line) {
        const std::string_view rest = behind(line, ":");
        if (const auto uid = number<std::uint32_t>(before(behind(rest, ":"), ":")))
            users.emplace(*uid, before(line, ":"));
    });
    return users;
}

std::optional<ClamavVersion> read_clamav_version(std::string_view reply) {
    if (!reply.starts_with("ClamAV ")) return std::nullopt;
    ClamavVersion out;
    std::string_view rest = trimmed(reply.substr(7));
    while (!rest.empty() && rest.back() == '\0') rest.remove_suffix(1);
    out.engine = before(rest, "/");
    const std::string_view signatures = behind(rest, "/");
    out.signatures = number<int>(before(signatures, "/")).value_or(0);
    // "Mon Nov 23 09:24:11 2026", in the scanner's local time: good to a day.
    std::istringstream words{std::string(behind(signatures, "/"))};
    std::string weekday, month, day, time, year;
    words >> weekday >> month >> day >> time >> year;
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto at = months.find(month);
    const auto d = number<unsigned>(day);
    const auto y = number<int>(year);
    if (month.size() == 3 && at != months.npos && d && y) {
        const std::chrono::year_month_day date{
            std::chrono::year(*y), std::chrono::month(static_cast<unsigned>(at / 3 + 1)), std::chrono::day(*d)};
        const auto hours = number<int>(before(time, ":"));
        if (date.ok()) out.of = Instant(std::chrono::sys_days(date)) + std::chrono::hours(hours.value_or(0));
    }
    return out;
}

std::map<std::string, std::string, std::less<>> read_key_values(std::string_view text) {
    std::map<std::string, std::string, std::less<>> out;
    each_line(text.substr(0, 1024 * 1024), [&](std::string_view line) {
        line = trimmed(line);
        if (line.empty() || line.starts_with('#')) return;
        const std::string_view key = take_word(line);
        out[std::string(key)] = trimmed(line);
    });
    return out;
}

std::optional<std::uint64_t> read_size(std::string_view text) {
    text = trimmed(text);
    std::uint64_t factor = 1;
    if (!text.empty()) {
        const char unit = text.back();
        if (unit == 'K' || unit == 'k') factor = 1024;
        if (unit == 'M' || unit == 'm') factor = 1024ULL * 1024;
        if (unit == 'G' || unit == 'g') factor = 1024ULL * 1024 * 1024;
        if (factor != 1) text.remove_suffix(1);
    }
    const auto value = number<std::uint64_t>(text);
    return value && *value <= UINT64_MAX / factor ? std::optional(*value * factor) : std::nullopt;
}

FirewallListing read_nft_listing(std::string_view text) {
    FirewallListing out{.readable = true};
    std::string hook;
    each_line(text, [&](std::string_view line) {
        line = trimmed(line);
        if (line.contains("hook ")) hook = before(behind(line, "hook "), " ");
        else if (line.starts_with("chain ")) hook.clear();
        const bool port = line.contains("dport 25 ") || line.contains("dport smtp ") || line.contains("dport { 25") ||
                          line.contains(" 25 }") || line.contains(", 25,");
        const bool stops = line.contains("drop") || line.contains("reject");
        if (!port || !stops) return;
        if (hook == "output") out.output_guarded = true;
        if (hook == "forward") out.forward_guarded = true;
        if (out.rule.empty()) out.rule = line;
    });
    return out;
}

std::map<std::string, PackageState, std::less<>> read_package_policy(std::string_view text) {
    std::map<std::string, PackageState, std::less<>> out;
    std::string name;
    each_line(text, [&](std::string_view line) {
        if (!line.empty() && line.front() != ' ' && line.ends_with(':')) name = line.substr(0, line.size() - 1);
        line = trimmed(line);
        if (line.starts_with("Installed: ") && line != "Installed: (none)") out[name].installed = line.substr(11);
        if (line.starts_with("Candidate: ") && out.contains(name)) out[name].candidate = line.substr(11);
    });
    return out;
}

int compare_versions(std::string_view left, std::string_view right) {
    const auto take = [](std::string_view& text) {
        int value = 0;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.starts_with('.')) text.remove_prefix(1);
        else text = {};
        return fault == std::errc{} ? value : 0;
    };
    while (!left.empty() || !right.empty()) {
        const int l = take(left), r = take(right);
        if (l != r) return l < r ? -1 : 1;
    }
    return 0;
}

}  // namespace postern::evidence
