// SPDX-License-Identifier: Apache-2.0
#include "policy/sources.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::policy {
namespace {

constexpr Rule outside{"m4.source.outside", "M4", 550, "5.7.1"};

/// An address that nobody connects from over the internet: a hop within the filter.
bool is_inner(const IpAddress& ip) {
    const auto use = ip.special_use();
    return use && (use->contains("private") || use->contains("loopback") || use->contains("link-local"));
}

}  // namespace

const AllowedSource* source_of(const SourceSettings& settings, const IpAddress& ip) {
    const auto found =
        std::ranges::find_if(settings.allowed, [&](const AllowedSource& one) { return one.network.contains(ip); });
    return found == settings.allowed.end() ? nullptr : &*found;
}

void judge_source(const Client& client, const SourceSettings& settings, Instant now, Decision& decision) {
    if (!settings.declared || !client.ip || source_of(settings, *client.ip) != nullptr) return;
    for (const SourceException& one : settings.exceptions)
        if (now < one.until && one.network.contains(*client.ip)) return;
    decision.add(outside, settings.mode, settings.stage, "Mail for this domain comes by way of its MX records",
                 fmt::format("{} is none of the filter's servers", client.ip->to_string()));
}

namespace {

/// "from x (mail.x.example [198.51.100.7]) by mx.filter.example": the address in brackets that the filter saw itself, not the name said.
std::optional<IpAddress> seen_client(std::string_view value) {
    const std::string_view from = value.substr(0, value.find(" by "));
    for (auto open = from.find('['); open != from.npos; open = from.find('[', open + 1)) {
        const auto close = from.find(']', open);
        if (close == from.npos) break;
        std::string_view inner = from.substr(open + 1, close - open - 1);
        if (inner.starts_with("IPv6:")) inner.remove_prefix(5);
        if (const auto ip = IpAddress::parse(inner)) return *ip;
    }
    return std::nullopt;
}

}  // namespace

std::optional<IpAddress> client_behind_filter(const wire::Message& message, const SourceSettings& settings) {
    constexpr std::size_t max_hops = 8;  // within a filter
    // The line of our own server stands above the filter's only once it was added, which is after we look.
    std::size_t hop = 0;
    for (const wire::HeaderField* received : message.all("received")) {
        if (++hop > max_hops) break;
        const auto ip = seen_client(received->value());
        if (!ip) break;
        if (!is_inner(*ip) && source_of(settings, *ip) == nullptr) return ip;
    }
    return std::nullopt;
}

}  // namespace postern::policy
