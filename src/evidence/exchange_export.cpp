// SPDX-License-Identifier: Apache-2.0
#include "evidence/exchange_export.hpp"

#include "base/json.hpp"

namespace postern::evidence {
namespace {

using json::object;
using json::value;

std::string text(const object& from, std::string_view name) {
    const value* found = from.if_contains(name);
    const auto* string = found == nullptr ? nullptr : found->if_string();
    return string == nullptr ? std::string() : std::string(string->begin(), string->end());
}

std::optional<bool> truth(const object& from, std::string_view name) {
    const value* found = from.if_contains(name);
    const bool* flag = found == nullptr ? nullptr : found->if_bool();
    return flag == nullptr ? std::nullopt : std::optional(*flag);
}

/// PowerShell writes a list of one as the thing itself.
template <class Take>
void each(const object& from, std::string_view name, Take take) {
    const value* found = from.if_contains(name);
    if (found == nullptr) return;
    if (!found->is_array()) return take(*found);
    for (const value& item : found->get_array()) take(item);
}

std::vector<std::string> texts(const object& from, std::string_view name) {
    std::vector<std::string> out;
    each(from, name, [&](const value& item) {
        if (const auto* string = item.if_string()) out.emplace_back(string->begin(), string->end());
    });
    return out;
}

/// UTF-16 little-endian with its mark, as "> file" in Windows PowerShell makes it; what is not ASCII becomes "?".
std::string as_utf8(std::string_view octets) {
    if (octets.starts_with("\xef\xbb\xbf")) return std::string(octets.substr(3));
    if (!octets.starts_with("\xff\xfe")) return std::string(octets);
    std::string out;
    for (std::size_t i = 2; i + 1 < octets.size(); i += 2) out += octets[i + 1] == '\0' ? octets[i] : '?';
    return out;
}

}  // namespace

Result<ExchangeExport> read_exchange_export(std::string_view octets) {
    const auto parsed = json::parse(as_utf8(octets));
    if (!parsed) return fail("exchange.malformed", parsed.error().message);
    const object* root = parsed->if_object();
    if (root == nullptr || text(*root, "schema") != "postern-exchange-1")
        return fail("exchange.malformed", "it is not the output of postern export exchange-script");
    ExchangeExport out{.server = text(*root, "server"), .version = text(*root, "version")};
    each(*root, "receive_connectors", [&](const value& item) {
        if (const object* one = item.if_object())
            out.receive.push_back({text(*one, "name"), texts(*one, "bindings"), texts(*one, "remote_ip_ranges"),
                                   truth(*one, "anonymous").value_or(false),
                                   truth(*one, "anonymous_relay").value_or(false)});
    });
    each(*root, "send_connectors", [&](const value& item) {
        if (const object* one = item.if_object()) out.send.push_back({text(*one, "name"), text(*one, "fqdn")});
    });
    out.malware_filter = truth(*root, "malware_filter");
    out.recipient_validation = truth(*root, "recipient_validation");
    if (out.server.empty()) return fail("exchange.malformed", "it names no server");
    return out;
}

bool covers_everybody(std::string_view range) {
    return range == "0.0.0.0-255.255.255.255" || range == "0.0.0.0/0" || range.starts_with("::-") || range == "::/0";
}

}  // namespace postern::evidence
