// SPDX-License-Identifier: Apache-2.0
#include "app/collect/hand_over.hpp"

#include "app/cli/shared_options.hpp"
#include "app/collect/run_tool.hpp"
#include "base/domain_name.hpp"
#include "net/http.hpp"
#include "net/tls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace postern::app {
namespace {

using audit::Conversation;

constexpr auto patience = std::chrono::seconds(20);

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '_' || c == '.';
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

Conversation begun(const audit::Script& script) {
    return {.purpose = script.purpose, .server = {}, .from = {}, .port = 0, .token = script.token};
}

void keep(Conversation& talk, std::string said, int code, std::string text) {
    text.resize(std::min(text.size(), audit::max_turn_text));
    talk.turns.push_back({.label = "end", .said = std::move(said), .code = code, .text = std::move(text)});
}

}  // namespace

Result<WebForm> WebForm::parse(std::string_view text) {
    const std::string_view whole = text;
    const auto wrong = [&](std::string_view what) { return bad_option("--web-form", whole, what); };
    WebForm out;
    constexpr std::string_view clear = "http://", secure = "https://";
    out.tls = text.starts_with(secure);
    if (!out.tls && !text.starts_with(clear)) return wrong("begins with http:// or https://");
    text.remove_prefix(out.tls ? secure.size() : clear.size());
    if (out.tls) out.port = 443;
    const auto slash = text.find('/');
    const auto mark = text.find('?');
    if (slash == text.npos || mark == text.npos || mark < slash)
        return wrong("is written http://www.example.com/contact?email={from}&text={message}");
    out.path = text.substr(slash, mark - slash);
    out.fields = text.substr(mark + 1);
    std::string_view host = text.substr(0, slash);
    if (const auto colon = host.find(':'); colon != host.npos) {
        const std::string_view digits = host.substr(colon + 1);
        const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
        if (fault != std::errc{} || end != digits.data() + digits.size() || out.port == 0)
            return wrong("has a port from 1 to 65535");
        host = host.substr(0, colon);
    }
    if (!DomainName::parse(host)) return wrong("names a host by its name");
    out.host = host;
    if (!out.fields.contains("{message}")) return wrong("has a field for {message}");
    for (const char c : whole)
        if (static_cast<unsigned char>(c) <= 32 || static_cast<unsigned char>(c) >= 127)
            return wrong("holds no blanks and no control characters");
    return out;
}

std::string WebForm::filled(std::string_view address, std::string_view subject, std::string_view message) const {
    const std::array<std::pair<std::string_view, std::string>, 4> words{{{"{from}", percent_encoded(address)},
                                                                         {"{to}", percent_encoded(address)},
                                                                         {"{subject}", percent_encoded(subject)},
                                                                         {"{message}", percent_encoded(message)}}};
    std::string out;
    for (std::string_view rest = fields; !rest.empty();) {
        const auto* const word =
            std::ranges::find_if(words, [&](const auto& one) { return rest.starts_with(one.first); });
        out += word == words.end() ? std::string(1, rest.front()) : word->second;
        rest.remove_prefix(word == words.end() ? 1 : word->first.size());
    }
    return out;
}

Conversation hand_to_sendmail(const audit::Script& script, const std::string& recipient) {
    Conversation talk = begun(script);
    // sendmail takes the system's line ends.
    std::string message = script.lines.front().octets;
    std::erase(message, '\r');
    const auto done = run_tool({"sendmail", "-i", "-f", "<>", "--", recipient}, {.time = patience}, message);
    const std::string said = fmt::format("sendmail {} (a message of {} octets)", recipient, message.size());
    if (done) {
        keep(talk, said, 250, "taken");
    } else if (done.error().code == "tool.failed") {
        keep(talk, said, 550, done.error().message);
    } else {
        talk.fault_code = done.error().code;
        talk.fault = done.error().message;
    }
    return talk;
}

net::Task<Conversation> fill_in(net::Loop& loop, net::Resolver& resolver, WebForm form, audit::Script script,
                                std::string address) {
    Conversation talk = begun(script);
    const auto until = net::Clock::now() + patience;
    const auto fault = [&](const Error& error) {
        talk.fault_code = error.code;
        talk.fault = error.message;
    };
    const auto answers = co_await resolver.ask_all(
        {{*DomainName::parse(form.host), dns::Type::a}, {*DomainName::parse(form.host), dns::Type::aaaa}}, until);
    std::vector<IpAddress> found;
    for (const dns::Answer& answer : answers)
        for (const IpAddress& ip : answer.addresses()) found.push_back(ip);
    if (found.empty()) {
        fault({"net.connect", fmt::format("{} has no address: {}", form.host, answers.front().reason())});
        co_return talk;
    }
    std::optional<net::TlsContext> tls;
    if (form.tls) {
        auto context = net::TlsContext::client_by_roots(form.host);
        if (!context) {
            fault(context.error());
            co_return talk;
        }
        tls.emplace(*std::move(context));
    }
    talk.server = found.front();
    talk.port = form.port;
    const std::string& octets = script.lines.front().octets;
    const std::string text = octets.substr(std::min(octets.size(), octets.find("\r\n\r\n") + 4));
    net::HttpClient http(
        loop.executor(),
        {.server = {{found.front(), form.port}, {}}, .host = form.host, .tls = tls ? &tls->get() : nullptr});
    const auto answer = co_await http.ask({.method = "POST",
                                           .target = form.path,
                                           .fields = {{"content-type", "application/x-www-form-urlencoded"}},
                                           .body = form.filled(address, "Sample of a mail server audit", text)},
                                          until);
    if (!answer) {
        fault(answer.error());
        co_return talk;
    }
    const bool busy = answer->status == 429 || answer->status == 503;
    keep(talk, fmt::format("POST {} (a text of {} octets)", form.path, text.size()),
         answer->status < 400 ? 250
         : busy               ? 450
                              : 550,
         fmt::format("HTTP {}", answer->status));
    co_return talk;
}

}  // namespace postern::app
