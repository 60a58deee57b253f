// SPDX-License-Identifier: Apache-2.0
#include "app/audit/settings.hpp"

#include "base/instant.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <sstream>

namespace postern::app {
namespace {

std::vector<std::string> comma_separated(const std::vector<std::string>& values) {
    std::vector<std::string> out;
    for (const std::string& value : values) {
        std::istringstream words(value);
        for (std::string word; std::getline(words, word, ',');)
            if (!word.empty()) out.push_back(word);
    }
    return out;
}

Result<void> read_selection(const Invocation& invocation, audit::Selection& out) {
    out.only = comma_separated(invocation.values("--only"));
    out.skip = comma_separated(invocation.values("--skip"));
    for (const auto& [option, ids] : {std::pair{"--only", &out.only}, std::pair{"--skip", &out.skip}})
        for (const std::string& id : *ids)
            if (audit::find_check(id) == nullptr) {
                std::vector<std::string_view> known;
                for (const audit::Check& check : audit::checks()) known.push_back(check.id);
                const auto near = nearest(id, known);
                return std::unexpected(
                    bad_option(option, id,
                               near.empty() ? "there is no such check; postern audit --help names the measures"
                                            : fmt::format("there is no such check; did you mean {}?", near))
                        .error());
            }
    for (const std::string& text : comma_separated(invocation.values("--measure"))) {
        bool found = false;
        for (std::size_t m = 0; m <= static_cast<std::size_t>(audit::Measure::contain); ++m)
            if (audit::to_string(static_cast<audit::Measure>(m)) == text) {
                out.measures.push_back(static_cast<audit::Measure>(m));
                found = true;
            }
        if (!found) return std::unexpected(bad_option("--measure", text, "is M0 to M7 or MC").error());
    }
    return {};
}

Result<void> read_target(const Invocation& invocation, AuditSettings& out) {
    for (const std::string& word : invocation.words()) {
        if (const auto ip = IpAddress::parse(word)) {
            out.given.push_back(*ip);
            continue;
        }
        const auto name = DomainName::parse(word);
        if (!name) return fail("usage", fmt::format("\"{}\": {}", printable(word, 256), name.error().message));
        if (out.domain)
            return fail("usage",
                        fmt::format("two domains, {} and {}: an audit is of one", out.domain->text(), name->text()));
        out.domain = *name;
    }
    return {};
}

Result<void> read_networks(const Invocation& invocation, AuditSettings& out) {
    const auto path = invocation.value("--filter-networks");
    if (!path) return {};
    const auto text = read_file("--filter-networks", *path);
    if (!text) return std::unexpected(text.error());
    std::istringstream lines(*text);
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (line.empty() || line.starts_with('#')) continue;
        const auto ip = IpAddress::parse(line);
        const auto network = ip ? Result<Network>(Network::around(*ip, ip->bits())) : Network::parse(line);
        if (!network) return fail("usage", fmt::format("{}:{}: {}", *path, number, network.error().message));
        if (network->prefix() < (network->first().is_v4() ? 8 : 20))
            return fail("usage", fmt::format("{}:{}: {} is no filter's network, it is a part of the internet", *path,
                                             number, network->to_string()));
        out.filter_networks.push_back(*network);
    }
    return {};
}

Result<void> read_outside(const Invocation& invocation, AuditSettings& out) {
    auto vantages = probe::read_vantages(invocation);
    if (!vantages) return std::unexpected(vantages.error());
    out.vantages = *std::move(vantages);
    out.secret_header = invocation.value("--filter-secret").value_or("");
    const auto text = invocation.value("--await-message");
    if (!text) return {};
    const auto length = parse_duration(*text);
    if (!length || *length > std::chrono::minutes(20) || *length < std::chrono::seconds(1))
        return bad_option("--await-message", *text, "is a duration from 1 second to 20 minutes");
    if (out.vantages.empty()) return fail("usage", "--await-message needs a --vantage, at which the message arrives");
    out.await_message = *length;
    return {};
}

Result<void> read_egress(const Invocation& invocation, AuditSettings& out) {
    out.egress = invocation.command().path == "audit egress";
    if (!out.egress) return {};
    out.place = invocation.value("--place").value_or("");
    out.submission_out = invocation.value("--submission").value_or("");
    for (const std::string& text : invocation.values("--proxy")) {
        auto proxy = ProxyAddress::parse(text);
        if (!proxy) return std::unexpected(proxy.error());
        out.proxies.push_back(*std::move(proxy));
    }
    for (const std::string& text : invocation.values("--destination")) {
        const auto server = net::Endpoint::parse(text, 25);
        if (!server) return bad_option("--destination", text, server.error().message);
        out.destinations.push_back(*server);
    }
    if (out.selection.only.empty() && out.selection.measures.empty()) out.selection.measures = {audit::Measure::egress};
    if (out.vantages.empty() && out.replay.empty())
        return fail("usage",
                    "--vantage NAME=URL#TOKEN says which probe outside is to be reached; docs/probe.md tells how to "
                    "run one, and how to do without");
    return {};
}

Result<void> read_attestations(const Invocation& invocation, AuditSettings& out) {
    for (const std::string& text : invocation.values("--attest")) {
        const auto equals = text.find('=');
        const auto comma = text.rfind(',');
        const std::string date = comma == text.npos ? std::string() : text.substr(comma + 1);
        const bool dated = date.size() == 10 && date[4] == '-' && date[7] == '-';
        if (equals == text.npos || comma == text.npos || comma < equals || !dated ||
            text.substr(0, equals) != "endpoint-protection")
            return std::unexpected(
                bad_option("--attest", text, "is written endpoint-protection=NAME,YYYY-MM-DD").error());
        out.attestations.push_back({text.substr(0, equals), text.substr(equals + 1, comma - equals - 1), date});
    }
    return {};
}

}  // namespace

Result<AuditSettings> read_audit_settings(const Invocation& invocation) {
    AuditSettings out;
    auto lists = read_lists_settings(invocation);
    if (!lists) return std::unexpected(lists.error());
    out.lists = *std::move(lists);
    for (const auto read : {&read_target, &read_networks, &read_outside, &read_attestations})
        if (auto done = read(invocation, out); !done) return std::unexpected(done.error());
    if (auto done = read_selection(invocation, out.selection); !done) return std::unexpected(done.error());
    if (auto done = read_egress(invocation, out); !done) return std::unexpected(done.error());
    out.message = invocation.value("--message").value_or("");
    out.dmarc_reports = invocation.value("--dmarc-reports").value_or("");
    out.logs = invocation.values("--logs");
    for (const std::string& text : invocation.values("--import")) {
        const auto equals = text.find('=');
        if (equals == text.npos) out.imports.emplace_back("exchange", text);
        else out.imports.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    out.filter_service = invocation.value("--filter-service").value_or("");
    out.host = !invocation.has("--no-host");
    out.logs_wanted = out.host || !out.logs.empty();
    out.smtp = !invocation.has("--no-smtp");
    out.record = invocation.value("--record").value_or("");
    out.replay = invocation.value("--replay").value_or("");
    out.format = invocation.value("--format").value_or("text");
    out.fail_on = invocation.value("--fail-on").value_or("low");
    out.details = invocation.has("--details");
    auto active = read_active_settings(invocation, out.lists.data_dir);
    if (!active) return std::unexpected(active.error());
    out.active = *std::move(active);
    if (out.active.wanted && !out.domain)
        return fail("usage", "--intrusive needs a domain, whose record proves that it is yours");
    if (const auto& form = out.active.web_form; form && out.domain) {
        const auto name = DomainName::parse(form->host);
        if (!name || !name->is_within(*out.domain))
            return fail("usage",
                        fmt::format("--web-form: {} is not within {}: only a form of the audited site is filled in",
                                    printable(form->host), out.domain->text()));
    }
    if (!out.domain && out.given.empty() && out.replay.empty() && !out.host && !out.egress)
        return fail("usage", "a domain or an address is needed, such as postern audit example.com");
    return out;
}

}  // namespace postern::app
