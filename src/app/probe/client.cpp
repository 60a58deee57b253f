// SPDX-License-Identifier: Apache-2.0
#include "app/probe/client.hpp"

#include "app/cli/shared_options.hpp"
#include "audit/record_reader.hpp"
#include "base/text.hpp"
#include "wire/probe_token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace postern::app::probe {
namespace {

using audit::RecordReader;

constexpr std::size_t max_answer =
    16 * 1024 * 1024;  // of the probe's: 4 MiB of messages in base64, and their envelopes
constexpr std::size_t max_addresses = 4;
constexpr std::chrono::seconds looking{8};  // the probe's patience with a server
constexpr std::size_t max_answers_a_watch = 20;
constexpr std::string_view form =
    "is written NAME=https://HOST:8443/#TOKEN, the token as postern probe --add-token said it";

std::unexpected<Error> misspelt(std::string_view what) {
    // The token stands in the text: it is not repeated.
    return fail("usage", fmt::format("--vantage: {}; it {}", what, form));
}

bool is_plain(std::string_view word) {
    return !word.empty() && word.size() <= 256 && std::ranges::all_of(word, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

About about_from(const json::value& from) {
    const RecordReader in(from);
    About out{.name = in.text("name"),
              .addresses = {},
              .ports = {},
              .tls_ports = {},
              .you = in.ip("you"),
              .port25_out = in.text("port25_out"),
              .port25_why = in.text("port25_why")};
    for (const std::string& text : in.texts("addresses"))
        if (const auto ip = IpAddress::parse(text); ip && out.addresses.size() < max_addresses)
            out.addresses.push_back(*ip);
    in.each("ports", [&](const json::value& item) {
        const RecordReader one(item);
        const auto port = one.number("port");
        auto& ports = one.text("tls") == "implicit" ? out.tls_ports : out.ports;
        if (port > 0 && port < 65'536 && ports.size() < max_addresses)
            ports.push_back(static_cast<std::uint16_t>(port));
    });
    return out;
}

}  // namespace

Result<VantageAddress> parse_vantage(std::string_view text) {
    VantageAddress out;
    const auto equals = text.find('=');
    if (equals == text.npos || !is_plain(text.substr(0, equals))) return misspelt("it has no name in front");
    out.name = text.substr(0, equals);
    text.remove_prefix(equals + 1);
    constexpr std::string_view scheme = "https://";
    if (!text.starts_with(scheme)) return misspelt("a probe is asked over https");
    text.remove_prefix(scheme.size());
    const auto mark = text.find('#');
    if (mark == text.npos) return misspelt("there is no token behind a #");
    std::string_view token = text.substr(mark + 1), host = text.substr(0, mark);
    if (host.ends_with('/')) host.remove_suffix(1);
    if (const auto colon = host.rfind(':'); colon != host.npos && (host[0] != '[' || host[colon - 1] == ']')) {
        const std::string_view digits = host.substr(colon + 1);
        const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
        if (fault != std::errc{} || end != digits.data() + digits.size() || out.port == 0)
            return misspelt("the port is from 1 to 65535");
        host = host.substr(0, colon);
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    // A slash may stand in a domain name (RFC 2317), not in a host's: here it would begin a path, which a probe has none of.
    if (host.contains('/') || (!IpAddress::parse(host) && !DomainName::parse(host)))
        return misspelt("the host is no name or address");
    out.host = host;
    const auto dot = token.find('.');
    out.secret = token.substr(0, dot);
    if (!is_plain(out.secret)) return misspelt("the token is none");
    if (dot != token.npos) {
        out.pin = token.substr(dot + 1);
        if (out.pin.size() != net::tls_pin_digits || out.pin.find_first_not_of("0123456789abcdef") != std::string::npos)
            return misspelt("the pin behind the token's dot is none");
    }
    return out;
}

Result<std::vector<VantageAddress>> read_vantages(const Invocation& invocation) {
    std::vector<VantageAddress> out;
    for (const std::string& text : invocation.values("--vantage")) {
        auto one = parse_vantage(text);
        if (!one) return std::unexpected(one.error());
        out.push_back(*std::move(one));
    }
    return out;
}

net::Task<Result<std::unique_ptr<Client>>> Client::open(net::Loop& loop, net::Resolver& resolver,
                                                        VantageAddress address, std::chrono::milliseconds patience) {
    auto tls = address.pin.empty() ? net::TlsContext::client_by_roots(address.host)
                                   : net::TlsContext::client_by_pin(address.pin);
    if (!tls) co_return std::unexpected(tls.error());
    std::unique_ptr<Client> client(new Client(loop, std::move(address), patience, *std::move(tls)));
    if (const auto ip = IpAddress::parse(client->address_.host)) client->found_.push_back(*ip);
    if (const auto name = DomainName::parse(client->address_.host); client->found_.empty() && name) {
        const auto answers =
            co_await resolver.ask_all({{*name, dns::Type::a}, {*name, dns::Type::aaaa}}, net::Clock::now() + patience);
        for (const dns::Answer& answer : answers)
            for (const IpAddress& ip : answer.addresses())
                if (client->found_.size() < max_addresses) client->found_.push_back(ip);
        if (client->found_.empty())
            co_return fail("net.connect", fmt::format("{} has no address: {}", name->text(), answers.front().reason()));
    }
    if (const auto met = co_await client->meet(); !met) co_return std::unexpected(met.error());
    co_return client;
}

net::Task<Result<void>> Client::meet() {
    Result<void> last = fail("net.connect", "it has no address");
    for (const IpAddress& ip : found_) {
        server_ = {{ip, address_.port}, {}};
        const auto answer = co_await ask("GET", "/v1/about");
        if (answer) {
            about_ = about_from(*answer);
            const bool ours = RecordReader(*answer).text("schema") == "postern-probe-1";
            co_return ours ? Result<void>{} : fail("net.http", "it is no probe of this version");
        }
        last = std::unexpected(answer.error());
        if (answer.error().code == "probe.refused") break;  // it was reached: another address says the same
    }
    co_return last;
}

const std::vector<IpAddress>& Client::mail_addresses() const {
    return about_.addresses.empty() ? found_ : about_.addresses;
}

net::Task<Result<json::value>> Client::ask(std::string method, std::string target, std::string body) {
    co_return co_await ask_within(std::move(method), std::move(target), std::move(body), patience_);
}

net::Task<Result<json::value>> Client::ask_within(std::string method, std::string target, std::string body,
                                                  std::chrono::milliseconds patience) {
    net::HttpRequest request{.method = std::move(method),
                             .target = std::move(target),
                             .fields = {{"authorization", "Bearer " + address_.secret}},
                             .body = std::move(body)};
    // A connection each: several questions may be under way.
    net::HttpClient http(loop_.executor(),
                         {.server = server_, .host = address_.host, .tls = &tls_.get(), .max_answer = max_answer});
    const auto answer = co_await http.ask(std::move(request), net::Clock::now() + patience);
    if (!answer) co_return std::unexpected(answer.error());
    auto document = json::parse(answer->body);
    if (!document) co_return fail("net.http", fmt::format("it answers {} and no JSON", answer->status));
    if (answer->status / 100 == 2) co_return *std::move(document);
    const RecordReader in(*document);
    co_return fail("probe.refused", fmt::format("{} ({})", in.text("sentence"), in.text("error")));
}

net::Task<Result<About>> Client::ask_about() {
    const auto answer = co_await ask("GET", "/v1/about");
    if (!answer) co_return std::unexpected(answer.error());
    co_return about_from(*answer);
}

net::Task<Result<OpenWatch>> Client::open_watch(std::chrono::minutes length) {
    const auto answer = co_await ask("POST", "/v1/watches", fmt::format(R"({{"minutes":{}}})", length.count()));
    if (!answer) co_return std::unexpected(answer.error());
    OpenWatch out{RecordReader(*answer).text("token"), RecordReader(*answer).text("address")};
    // It is put into names and addresses of ours: only what it must be is taken.
    if (!wire::is_probe_token(out.token)) co_return fail("net.http", "it opened a watch without a token");
    if (!DomainName::parse(about_.name)) co_return fail("net.http", "it has no name");
    out.address = fmt::format("{}@{}", out.token, about_.name);
    co_return out;
}

net::Task<Result<WatchSeen>> Client::read_watch(std::string token) {
    WatchSeen out;
    std::uint64_t from = 0;
    for (std::size_t asked = 0; asked < max_answers_a_watch; ++asked) {
        const auto answer = co_await ask("GET", fmt::format("/v1/watches/{}?from={}", token, from));
        if (!answer) co_return std::unexpected(answer.error());
        const RecordReader in(*answer);
        in.each("messages", [&](const json::value& item) { out.messages.push_back(audit::message_from(item)); });
        out.connections.clear();
        in.each("connections",
                [&](const json::value& item) { out.connections.push_back(audit::connection_from(item)); });
        out.left_out = in.number("left_out");
        const auto next = in.number("next");
        if (next <= from) break;
        from = next;
    }
    co_return out;
}

net::Task<Result<void>> Client::close_watch(std::string token) {
    const auto answer = co_await ask("DELETE", "/v1/watches/" + token);
    if (!answer) co_return std::unexpected(answer.error());
    co_return Result<void>{};
}

net::Task<Result<std::vector<audit::SeenConnection>>> Client::recent(IpAddress peer) {
    const auto answer = co_await ask("GET", "/v1/connections?peer=" + peer.to_string());
    if (!answer) co_return std::unexpected(answer.error());
    std::vector<audit::SeenConnection> out;
    RecordReader(*answer).each("connections",
                               [&](const json::value& item) { out.push_back(audit::connection_from(item)); });
    co_return out;
}

net::Task<Result<audit::SmtpLook>> Client::look(IpAddress ip, std::uint16_t port, DomainName name) {
    const json::object body{{"address", ip.to_string()},
                            {"port", port},
                            {"name", name.label_count() == 0 ? std::string_view() : name.text()},
                            {"seconds", looking.count()}};
    const auto answer = co_await ask_within("POST", "/v1/look", json::serialize(body), looking + patience_);
    if (!answer) co_return std::unexpected(answer.error());
    audit::SmtpLook out = audit::look_from(*answer);
    out.ip = ip;
    out.port = port;
    out.host = name;
    out.seen_from = address_.name;
    co_return out;
}

net::Task<Result<audit::RecipientLook>> Client::try_recipients(IpAddress ip, std::uint16_t port, DomainName name,
                                                               std::string sender,
                                                               std::vector<std::string> recipients) {
    json::array list;
    for (const std::string& one : recipients) list.push_back(json::text(one));
    const json::object body{{"address", ip.to_string()},
                            {"port", port},
                            {"sender", json::text(sender)},
                            {"recipients", std::move(list)},
                            {"seconds", looking.count()}};
    const auto answer = co_await ask_within("POST", "/v1/recipients", json::serialize(body), looking + patience_);
    if (!answer) co_return std::unexpected(answer.error());
    audit::RecipientLook out = audit::recipients_from(*answer);
    out.ip = ip;
    out.port = port;
    out.host = name;
    co_return out;
}

}  // namespace postern::app::probe
