// SPDX-License-Identifier: Apache-2.0
#include "app/probe/watches.hpp"

#include "base/contains.hpp"

#include <algorithm>

namespace postern::app::probe {
namespace {

constexpr std::size_t overhead = 512;  // of a message beside its octets, roughly: envelope and bookkeeping
constexpr std::size_t max_of_a_peer = 50;

std::size_t weight(const wire::SinkMessage& message) {
    std::size_t out = message.octets.size() + message.sender.size() + overhead;
    for (const std::string& recipient : message.recipients) out += recipient.size();
    return out;
}

std::size_t weight(const Connection& connection) {
    std::size_t out = overhead + connection.seen.helo.size() + connection.seen.sender.size();
    for (const std::string& recipient : connection.seen.recipients) out += recipient.size();
    return out;
}

}  // namespace

const Watch* Watches::open(std::string_view twenty_octets, std::string owner, Instant now,
                           std::chrono::minutes length) {
    const auto owned = static_cast<std::size_t>(
        std::ranges::count_if(watches_, [&](const auto& one) { return one.second.owner == owner; }));
    if (watches_.size() >= max_watches || owned >= max_watches_an_owner) return nullptr;
    std::string token = wire::make_probe_token(twenty_octets);
    Watch& watch = watches_[token];
    watch = {.token = std::move(token), .owner = std::move(owner), .opened = now, .expires = now + length};
    return &watch;
}

const Watch* Watches::find(std::string_view token, std::string_view owner) const {
    const auto found = watches_.find(token);
    return found == watches_.end() || found->second.owner != owner ? nullptr : &found->second;
}

Watches::Map::iterator Watches::forget(Map::iterator watch) {
    for (const Arrival& one : watch->second.messages) octets_ -= weight(one.message);
    for (const auto& [tag, connection] : watch->second.connections) octets_ -= weight(connection);
    return watches_.erase(watch);
}

void Watches::close(std::string_view token, std::string_view owner) {
    const auto found = watches_.find(token);
    if (found != watches_.end() && found->second.owner == owner) forget(found);
}

void Watches::expire(Instant now) {
    for (auto watch = watches_.begin(); watch != watches_.end();)
        watch = watch->second.expires <= now ? forget(watch) : std::next(watch);
}

bool Watches::keep(const Meeting& meeting, wire::SinkMessage message) {
    const auto found = watches_.find(message.token.token);
    if (found == watches_.end()) return false;
    Watch& watch = found->second;
    const std::size_t added = weight(message);
    if (watch.messages.size() >= max_messages || octets_ + added > max_octets) {
        ++watch.left_out;
        return false;
    }
    octets_ += added;
    watch.messages.push_back({meeting, std::move(message)});
    return true;
}

void Watches::ended(Connection connection) {
    std::vector<std::string_view> listed;
    for (const wire::ProbeToken& token : connection.seen.tokens) {
        const auto found = watches_.find(token.token);
        if (found == watches_.end() || contains(listed, token.token)) continue;
        listed.push_back(token.token);
        const std::size_t added = weight(connection);
        if (found->second.connections.size() >= max_connections || octets_ + added > max_octets) {
            ++found->second.left_out;
            continue;
        }
        octets_ += added;
        found->second.connections.emplace_back(token.tag, connection);
    }
    if (recent_.size() == max_recent) recent_.pop_front();
    connection.seen.tokens.clear();  // these are for the owner of the watch alone; and strangers' lists stay short
    connection.seen.recipients.clear();
    recent_.push_back(std::move(connection));
}

std::vector<Connection> Watches::recent(const IpAddress& peer) const {
    std::vector<Connection> out;
    for (auto one = recent_.rbegin(); one != recent_.rend() && out.size() < max_of_a_peer; ++one)
        if (one->meeting.peer == peer) out.push_back(*one);
    std::ranges::reverse(out);
    return out;
}

}  // namespace postern::app::probe
