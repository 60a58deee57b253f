// SPDX-License-Identifier: Apache-2.0
#include "app/probe/control.hpp"

#include "app/cli/command.hpp"
#include "wire/base64.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace postern::app::probe {
namespace {

constexpr std::int64_t usual_minutes = 60, most_minutes = 1'440;
constexpr std::size_t octets_an_answer = 4 * 1024 * 1024;  // of messages; the rest is asked for with from=
constexpr std::string_view watches_path = "/v1/watches";

std::int64_t milliseconds(Instant when) { return when.time_since_epoch().count(); }

std::string address(const std::optional<IpAddress>& ip) { return ip ? ip->to_string() : std::string(); }

json::array texts(const std::vector<std::string>& from) {
    json::array out;
    for (const std::string& one : from) out.push_back(json::text(one, 512));
    return out;
}

json::object to_json(const Arrival& one) {
    return {{"tag", one.message.token.tag},
            {"at", milliseconds(one.meeting.at)},
            {"peer", address(one.meeting.peer)},
            {"local_port", one.meeting.local_port},
            {"helo", json::text(one.message.helo)},
            {"tls", one.message.tls},
            {"sender", json::text(one.message.sender)},
            {"recipients", texts(one.message.recipients)},
            {"found_in", one.message.found_in},
            {"octets", wire::encode_base64(one.message.octets)},
            {"bare_newlines", one.message.bare_newlines}};
}

json::object to_json(const std::string& tag, const Connection& one) {
    return {{"tag", tag},
            {"at", milliseconds(one.meeting.at)},
            {"peer", address(one.meeting.peer)},
            {"peer_port", one.meeting.peer_port},
            {"local", address(one.meeting.local)},
            {"local_port", one.meeting.local_port},
            {"helo", json::text(one.seen.helo)},
            {"tls", one.seen.tls},
            {"sender", json::text(one.seen.sender)},
            {"recipients", texts(one.seen.recipients)},
            {"ended", one.ended}};
}

/// The value of one parameter of a query; "" if it is not there. None of ours needs escapes.
std::string_view parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const auto end = query.find('&');
        const std::string_view one = query.substr(0, end);
        if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=')
            return one.substr(name.size() + 1);
        query = end == query.npos ? std::string_view{} : query.substr(end + 1);
    }
    return {};
}

int status_of(std::string_view code) {
    struct Row {
        std::string_view code;
        int status;
    };
    constexpr std::array rows{Row{"probe.unauthorized", 401}, Row{"probe.unknown_watch", 404},
                              Row{"probe.not_found", 404},    Row{"probe.not_allowed", 403},
                              Row{"probe.cannot", 409},       Row{"probe.busy", 429}};
    const auto found = std::ranges::find(rows, code, &Row::code);
    return found == rows.end() ? 400 : found->status;
}

net::HttpAnswer to_answer(const Result<json::object>& result, int status) {
    const json::object body =
        result ? *result
               : json::object{{"error", result.error().code}, {"sentence", json::text(result.error().message)}};
    return {result ? status : status_of(result.error().code),
            {{"content-type", "application/json"}, {"cache-control", "no-store"}},
            json::serialize(body) + "\n"};
}

std::unexpected<Error> no_such_watch() {
    return fail("probe.unknown_watch",
                "there is no such watch; it has expired, was closed, or this probe was restarted");
}

}  // namespace

Result<std::string> Control::authorise(const net::HttpRequest& request, const std::optional<IpAddress>& peer) {
    const std::string place = address(peer);
    if (!guesses_.has(place, net::Clock::now()))
        return fail("probe.busy", "too many wrong tokens came from your address; wait a minute");
    std::string_view shown = request.field("authorization");
    constexpr std::string_view scheme = "Bearer ";
    std::string owner = shown.starts_with(scheme) ? tokens_.owner_of(shown.substr(scheme.size())) : std::string();
    if (!owner.empty()) return owner;
    (void)guesses_.take(place,
                        net::Clock::now());  // the count is what matters; whether it was the last is asked next time
    return fail("probe.unauthorized", "a token of this probe is wanted: Authorization: Bearer SECRET");
}

json::object Control::about(const Asked& asked) const {
    json::array ports, addresses, targets;
    for (const std::uint16_t port : settings_.ports) ports.push_back(json::object{{"port", port}, {"tls", "starttls"}});
    for (const std::uint16_t port : settings_.tls_ports)
        ports.push_back(json::object{{"port", port}, {"tls", "implicit"}});
    for (const IpAddress& ip : settings_.addresses) addresses.push_back(json::value(ip.to_string()));
    for (const Network& network : outward_.targets()) targets.push_back(json::value(network.to_string()));
    return {{"schema", "postern-probe-1"},     {"version", version},
            {"name", settings_.name},          {"addresses", std::move(addresses)},
            {"ports", std::move(ports)},       {"you", address(asked.peer)},
            {"port25_out", outward_.port25()}, {"port25_why", json::text(outward_.port25_why())},
            {"targets", std::move(targets)},   {"now", milliseconds(now_())}};
}

json::object Control::watch_head(const Watch& watch) const {
    return {{"token", watch.token},
            {"address", fmt::format("{}@{}", watch.token, settings_.name)},
            {"opened", milliseconds(watch.opened)},
            {"expires", milliseconds(watch.expires)}};
}

Result<json::object> Control::open_watch(const Asked& asked) {
    std::int64_t minutes = usual_minutes;
    if (const auto* members = asked.body.if_object())
        if (const auto* given = members->if_contains("minutes")) {
            const auto* number = given->if_int64();
            if (number == nullptr || *number < 1 || *number > most_minutes)
                return fail("probe.malformed", fmt::format("minutes is from 1 to {}", most_minutes));
            minutes = *number;
        }
    const Watch* watch = watches_.open(draw_(), asked.owner, now_(), std::chrono::minutes(minutes));
    if (watch == nullptr)
        return fail("probe.busy",
                    fmt::format("{} watches of one token and {} in all are the most there may be; close some",
                                Watches::max_watches_an_owner, Watches::max_watches));
    return watch_head(*watch);
}

Result<json::object> Control::read_watch(const Asked& asked) const {
    const std::string_view token = std::string_view(asked.path).substr(watches_path.size() + 1);
    const Watch* watch = watches_.find(token, asked.owner);
    if (watch == nullptr) return no_such_watch();
    std::size_t from = 0;
    const std::string_view text = parameter(asked.query, "from");
    if (!text.empty() && std::from_chars(text.data(), text.data() + text.size(), from).ec != std::errc{})
        return fail("probe.malformed", "from is a number");
    json::object out = watch_head(*watch);
    json::array messages, connections;
    std::size_t octets = 0;
    while (from < watch->messages.size() && (messages.empty() || octets < octets_an_answer)) {
        octets += watch->messages[from].message.octets.size();
        messages.push_back(to_json(watch->messages[from++]));
    }
    for (const auto& [tag, connection] : watch->connections) connections.push_back(to_json(tag, connection));
    out["messages"] = std::move(messages);
    out["connections"] = std::move(connections);
    out["left_out"] = watch->left_out;
    if (from < watch->messages.size()) out["next"] = from;
    return out;
}

Result<json::object> Control::connections(const Asked& asked) const {
    const auto peer = IpAddress::parse(parameter(asked.query, "peer"));
    if (!peer) return fail("probe.malformed", "peer is an IP address: /v1/connections?peer=203.0.113.26");
    json::array out;
    for (const Connection& one : watches_.recent(*peer)) out.push_back(to_json({}, one));
    return json::object{{"connections", std::move(out)}};
}

net::Task<Result<json::object>> Control::route(std::string method, Asked asked) {
    const bool of_a_watch = asked.path.starts_with(std::string(watches_path) + "/");
    if (method == "GET" && asked.path == "/v1/about") co_return about(asked);
    if (method == "POST" && asked.path == watches_path) co_return open_watch(asked);
    if (method == "GET" && of_a_watch) co_return read_watch(asked);
    if (method == "DELETE" && of_a_watch) {
        const std::string token = asked.path.substr(watches_path.size() + 1);
        if (watches_.find(token, asked.owner) == nullptr) co_return no_such_watch();
        watches_.close(token, asked.owner);
        co_return json::object{};
    }
    if (method == "GET" && asked.path == "/v1/connections") co_return connections(asked);
    if (method == "POST" && asked.path == "/v1/look") co_return co_await outward_.look(std::move(asked.body));
    if (method == "POST" && asked.path == "/v1/recipients")
        co_return co_await outward_.recipients(std::move(asked.body));
    co_return fail("probe.not_found", "there is no such thing here; docs/probe.md lists what there is");
}

net::Task<net::HttpAnswer> Control::answer(net::HttpRequest request, std::optional<IpAddress> peer) {
    watches_.expire(now_());
    const auto owner = authorise(request, peer);
    if (!owner) co_return to_answer(std::unexpected(owner.error()), 200);
    const auto mark = request.target.find('?');
    Asked asked{.owner = *owner,
                .path = request.target.substr(0, mark),
                .query = mark == std::string::npos ? std::string() : request.target.substr(mark + 1),
                .peer = peer,
                .body = {}};
    if (!request.body.empty()) {
        auto body = json::parse(request.body);
        if (!body) co_return to_answer(fail("probe.malformed", "the body is no JSON: " + body.error().message), 200);
        asked.body = *std::move(body);
    }
    const bool opens = request.method == "POST" && asked.path == watches_path;
    const auto result = co_await route(request.method, std::move(asked));
    co_return to_answer(result, opens ? 201 : 200);
}

}  // namespace postern::app::probe
