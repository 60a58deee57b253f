// SPDX-License-Identifier: Apache-2.0
#include "app/probe/outward.hpp"

#include "base/domain_name.hpp"
#include "net/smtp_look.hpp"
#include "net/smtp_try.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::app::probe {
namespace {

constexpr std::size_t longest_address = 320;

std::string text_of(const json::value& request, std::string_view name) {
    const auto* members = request.if_object();
    const auto* found = members == nullptr ? nullptr : members->if_contains(name);
    const auto* text = found == nullptr ? nullptr : found->if_string();
    return text == nullptr ? std::string() : std::string(text->begin(), text->end());
}

std::int64_t number_of(const json::value& request, std::string_view name) {
    const auto* members = request.if_object();
    const auto* found = members == nullptr ? nullptr : members->if_contains(name);
    const auto* number = found == nullptr ? nullptr : found->if_int64();
    return number == nullptr ? -1 : *number;
}

/// Fit to stand between < and > of a command: nothing that would end it or begin another.
bool is_sayable(std::string_view address) {
    return address.size() <= longest_address && std::ranges::none_of(address, [](char c) {
               return static_cast<unsigned char>(c) <= 32 || static_cast<unsigned char>(c) >= 127 || c == '<' ||
                      c == '>';
           });
}

/// How long the asker wants to wait, within what the probe allows.
std::chrono::seconds patience_of(const json::value& request, std::chrono::seconds most) {
    const std::int64_t seconds = number_of(request, "seconds");
    return seconds < 1 ? most : std::min(most, std::chrono::seconds(seconds));
}

Result<std::vector<std::string>> recipients_of(const json::value& request) {
    std::vector<std::string> out;
    const auto* members = request.if_object();
    const auto* found = members == nullptr ? nullptr : members->if_contains("recipients");
    if (found != nullptr && found->is_array())
        for (const json::value& one : found->get_array())
            if (const auto* text = one.if_string()) out.emplace_back(text->begin(), text->end());
    const bool sayable =
        std::ranges::all_of(out, [](const std::string& one) { return !one.empty() && is_sayable(one); });
    if (out.empty() || out.size() > net::max_tried_recipients || !sayable)
        return fail("probe.malformed",
                    fmt::format("recipients is a list of 1 to {} addresses", net::max_tried_recipients));
    return out;
}

json::array texts(const std::vector<std::string>& from) {
    json::array out;
    for (const std::string& one : from) out.push_back(json::text(one, 512));
    return out;
}

json::object to_json(const net::SmtpSight& sight) {
    json::object out{{"unknown", json::text(sight.unknown)},
                     {"timed_out", sight.timed_out},
                     {"banner", json::text(sight.banner)},
                     {"ehlo", texts(sight.ehlo)},
                     {"ehlo_tls", texts(sight.ehlo_tls)},
                     {"offered_tls", sight.offered_tls},
                     {"tls_version", sight.tls_version},
                     {"tls_problem", json::text(sight.tls_problem)},
                     {"certificate_names", texts(sight.certificate_names)},
                     {"certificate_problem", json::text(sight.certificate_problem)}};
    if (sight.certificate_expires) out["certificate_expires"] = sight.certificate_expires->time_since_epoch().count();
    return out;
}

json::object to_json(const net::SmtpTry& seen) {
    json::array recipients;
    for (const net::RecipientTry& one : seen.recipients)
        recipients.push_back(
            json::object{{"recipient", one.recipient}, {"code", one.code}, {"text", json::text(one.text)}});
    return {{"unknown", json::text(seen.unknown)},         {"timed_out", seen.timed_out},
            {"banner", json::text(seen.banner)},           {"sender_code", seen.sender_code},
            {"sender_text", json::text(seen.sender_text)}, {"recipients", std::move(recipients)}};
}

}  // namespace

/// One of those that are at work at once.
struct Outward::Turn {
    explicit Turn(std::size_t& count) : count_(count) { ++count_; }
    ~Turn() { --count_; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    std::size_t& count_;
};

Result<net::Endpoint> Outward::admit(const json::value& request) {
    const auto ip = IpAddress::parse(text_of(request, "address"));
    const std::int64_t port = number_of(request, "port");
    if (!ip) return fail("probe.malformed", "address is an IP address");
    if (port < 1 || port > 65'535) return fail("probe.malformed", "port is from 1 to 65535");
    if (std::ranges::none_of(settings_.targets, [&](const Network& network) { return network.contains(*ip); }))
        return fail("probe.not_allowed",
                    fmt::format("{} is not among the targets of this probe; its owner allows one with --target",
                                ip->to_string()));
    if (port == 25 && port25_ == "shut")
        return fail(
            "probe.cannot",
            fmt::format("this probe's network does not let it out to port 25 ({}); it serves as sink and listener",
                        why_));
    const auto now = net::Clock::now();
    if (at_once_ >= settings_.most_at_once)
        return fail("probe.busy", fmt::format("{} connections outward are under way, the most there may be", at_once_));
    if (!target_.take(ip->to_string(), now))
        return fail("probe.busy", fmt::format("{} connections a minute to one address are the most there may be",
                                              settings_.most_a_target));
    if (!all_.take({}, now))
        return fail("probe.busy",
                    fmt::format("{} connections a minute are the most there may be", settings_.most_a_minute));
    return net::Endpoint{*ip, static_cast<std::uint16_t>(port)};
}

void Outward::learn(const net::Endpoint& server, bool answered) {
    if (!answered || server.port != 25 || port25_ == "open") return;
    port25_ = "open";
    why_ = fmt::format("{} answered on port 25", server.address.to_string());
}

net::Task<Result<json::object>> Outward::look(json::value request) {
    const auto server = admit(request);
    if (!server) co_return std::unexpected(server.error());
    const std::string name = text_of(request, "name");
    if (!name.empty() && !DomainName::parse(name)) co_return fail("probe.malformed", "name is a host name");
    const Turn turn(at_once_);
    const net::SmtpSight sight = co_await net::look_at_smtp(
        loop_, *server, name, settings_.name, net::Clock::now() + patience_of(request, settings_.patience));
    learn(*server, !sight.banner.empty());
    co_return to_json(sight);
}

net::Task<Result<json::object>> Outward::recipients(json::value request) {
    auto recipients = recipients_of(request);
    if (!recipients) co_return std::unexpected(recipients.error());
    const std::string sender = text_of(request, "sender");
    if (!is_sayable(sender)) co_return fail("probe.malformed", "sender is an address, or empty");
    const auto server = admit(request);
    if (!server) co_return std::unexpected(server.error());
    const Turn turn(at_once_);
    const net::SmtpTry seen =
        co_await net::try_recipients(loop_, {*server, {}}, settings_.name, sender, *std::move(recipients),
                                     net::Clock::now() + patience_of(request, settings_.patience));
    learn(*server, !seen.banner.empty());
    co_return to_json(seen);
}

net::Task<> Outward::ask_control() {
    const net::SmtpSight sight = co_await net::look_at_smtp(loop_, *settings_.control, {}, settings_.name,
                                                            net::Clock::now() + settings_.patience);
    if (!sight.banner.empty()) {
        port25_ = "open";
        why_ = fmt::format("{} answered on port 25", settings_.control->address.to_string());
    } else if (port25_ != "open") {
        port25_ = "shut";
        why_ = fmt::format("{}, which should answer on port 25, does not: {}", settings_.control->address.to_string(),
                           sight.unknown);
    }
}

net::Task<> Outward::watch_port25() {
    net::Timer timer(loop_.executor());
    while (settings_.control) {
        co_await ask_control();
        timer.expires_after(port25_ == "open" ? std::chrono::minutes(60) : std::chrono::minutes(1));
        const auto [stopped] = co_await timer.async_wait(net::as_values);
        if (stopped) co_return;
    }
}

}  // namespace postern::app::probe
