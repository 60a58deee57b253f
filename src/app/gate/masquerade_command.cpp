// SPDX-License-Identifier: Apache-2.0
#include "app/gate/masquerade_command.hpp"

#include "app/cli/shared_options.hpp"
#include "app/gate/memory_rows.hpp"
#include "base/contains.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unistd.h>

#include <algorithm>
#include <tuple>
#include <cstdio>

namespace postern::app {
namespace {

using Row = policy::MasqueradePreview::Row;

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

/// All that is known: what is configured, what was seen, what a person said.
struct Preview {
    std::vector<std::string> domains;  ///< configured, as names
    std::vector<Row> rows;             ///< of these domains
    policy::MasqueradePreview::Totals totals;
    std::vector<store::MasqueradeConfirmation> confirmed;
    std::string digest;

    [[nodiscard]] bool in_force(const std::string& domain) const {
        return contains(confirmed, domain, &store::MasqueradeConfirmation::domain);
    }
    [[nodiscard]] bool nothing_seen() const {
        return std::ranges::none_of(rows, [](const Row& row) { return row.messages > row.left_signed; });
    }
};

Result<store::MasqueradeRows> open(const Invocation& invocation, const Config& config) {
    const std::string path = gate_file(data_directory(invocation, config));
    if (access(path.c_str(), F_OK) != 0)
        return fail("gate.no_record",
                    fmt::format("there is no {}: no gate has run there (--data-dir names another place)", path));
    return store::MasqueradeRows::open(path);
}

Result<Preview> read(store::MasqueradeRows& file, const Config& config) {
    Preview out;
    for (const DomainName& domain : policy::MasqueradeDomains::parse(config.policy.identity.masquerade))
        out.domains.emplace_back(domain.text());
    const auto rows = file.load();
    if (!rows) return std::unexpected(rows.error());
    const auto totals = file.totals();
    if (!totals) return std::unexpected(totals.error());
    auto confirmed = file.confirmed();
    if (!confirmed) return std::unexpected(confirmed.error());
    for (Row& row : to_records(*rows))
        if (contains(out.domains, row.domain)) out.rows.push_back(std::move(row));
    std::ranges::sort(out.rows, [](const Row& a, const Row& b) {
        return std::tie(b.messages, a.from) < std::tie(a.messages, b.from);
    });
    out.totals = to_record(*totals);
    out.confirmed = *std::move(confirmed);
    out.digest = policy::masquerade_digest(out.domains, out.rows);
    return out;
}

std::string messages(std::uint64_t count) { return fmt::format("{} message{}", count, count == 1 ? "" : "s"); }

std::string line_of(const Row& row) {
    std::string out =
        fmt::format("    {} -> {}: {} ({}), last by {} {}", printable(row.from, 300), printable(row.to, 300),
                    messages(row.messages), fmt::join(row.places, ", "), printable(row.who, 200), to_rfc3339(row.last));
    if (row.changed > 0) out += fmt::format("; changed in {}", row.changed);
    if (row.left_signed > 0)
        out += fmt::format("; left alone in {}: signed already (DKIM), and a change would break the signature",
                           row.left_signed);
    return out + '\n';
}

std::string text_of(const Preview& preview) {
    if (preview.domains.empty()) return "No domain is masqueraded: [identity] masquerade names none.\n";
    std::string out;
    for (const std::string& domain : preview.domains)
        out += fmt::format("{}: {}\n", domain,
                           preview.in_force(domain) ? "confirmed, names of its hosts leave as the domain"
                                                    : "not confirmed, nothing is changed yet");
    if (preview.totals.messages == 0)
        return out + "No outgoing message was seen yet; this fills while the gate runs.\n";
    out += fmt::format("\nOf {} that left since {}, {} with such a name, {} of them signed already and left alone.\n",
                       messages(preview.totals.messages), to_rfc3339(preview.totals.since), preview.totals.touched,
                       preview.totals.left_signed);
    if (!preview.rows.empty()) out += "\nAddress by address:\n";
    for (const Row& row : preview.rows) out += line_of(row);
    if (preview.totals.dropped > 0)
        out += fmt::format("    and {} that were silent longest, dropped for want of room\n", preview.totals.dropped);
    const bool all = std::ranges::all_of(preview.domains, [&](const auto& domain) { return preview.in_force(domain); });
    if (!all && !preview.nothing_seen())
        out += fmt::format("\nIf this is what you want: postern masquerade --confirm {}\n", preview.digest);
    if (!preview.confirmed.empty()) out += "\nThe way back: postern masquerade --revoke\n";
    return out;
}

json::object json_of(const Preview& preview) {
    json::array domains, changes;
    for (const std::string& domain : preview.domains) {
        const auto found = std::ranges::find(preview.confirmed, domain, &store::MasqueradeConfirmation::domain);
        const bool confirmed = found != preview.confirmed.end();
        domains.push_back(
            json::object{{"domain", domain},
                         {"confirmed", confirmed},
                         {"confirmed_at", confirmed ? json::value(to_rfc3339(found->at)) : json::value(nullptr)},
                         {"confirmed_digest", confirmed ? json::value(found->digest) : json::value(nullptr)}});
    }
    for (const Row& row : preview.rows) {
        json::array places;
        for (const std::string& place : row.places) places.push_back(json::text(place));
        changes.push_back(json::object{{"from", json::text(row.from)},
                                       {"to", json::text(row.to)},
                                       {"domain", row.domain},
                                       {"places", std::move(places)},
                                       {"messages", row.messages},
                                       {"changed", row.changed},
                                       {"left_signed", row.left_signed},
                                       {"first", to_rfc3339(row.first)},
                                       {"last", to_rfc3339(row.last)},
                                       {"by", json::text(row.who)}});
    }
    const auto& totals = preview.totals;
    return {{"domains", std::move(domains)},
            {"digest", preview.nothing_seen() ? json::value(nullptr) : json::value(preview.digest)},
            {"since", totals.messages == 0 ? json::value(nullptr) : json::value(to_rfc3339(totals.since))},
            {"messages", totals.messages},
            {"touched", totals.touched},
            {"left_signed", totals.left_signed},
            {"dropped", totals.dropped},
            {"changes", std::move(changes)}};
}

Exit say(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return Exit::well;
}

Exit confirm(store::MasqueradeRows& file, const Preview& preview, const std::string& digest) {
    if (preview.domains.empty()) return refuse("[identity] masquerade names no domain: there is nothing to confirm");
    if (preview.nothing_seen())
        return refuse("no message was seen that the masquerade would change: there is nothing to confirm yet; let the "
                      "gate run, then look at postern masquerade --preview");
    if (digest != preview.digest)
        return refuse(fmt::format("{} is not what the preview shows now: other addresses have turned up since, or "
                                  "another domain is configured; look at postern masquerade --preview again",
                                  printable(digest, 64)));
    std::vector<store::MasqueradeConfirmation> words;
    for (const std::string& domain : preview.domains) words.push_back({domain, digest, now()});
    if (const auto done = file.confirm(words); !done) return refuse(done.error().message);
    return say(
        fmt::format("Names of hosts below {} leave as the domain from now on; a gate that runs knows it within a "
                    "second. The way back: postern masquerade --revoke\n",
                    fmt::join(preview.domains, ", ")));
}

}  // namespace

Exit run_masquerade(const Invocation& invocation) {
    const auto digest = invocation.value("--confirm");
    if (int{digest.has_value()} + int{invocation.has("--revoke")} + int{invocation.has("--preview")} > 1)
        return refuse("--preview, --confirm and --revoke are asked for one at a time");
    const auto config = read_config(invocation);
    if (!config) return refuse(config.error().message);
    auto file = open(invocation, *config);
    if (!file) return refuse(file.error().message);
    if (invocation.has("--revoke")) {
        if (const auto done = file->confirm({}); !done) return refuse(done.error().message);
        return say(
            "Nothing is masqueraded any more; a gate that runs knows it within a second, and goes on noting what "
            "it would change.\n");
    }
    const auto preview = read(*file, *config);
    if (!preview) return refuse(preview.error().message);
    if (digest) return confirm(*file, *preview, *digest);
    return say(invocation.value("--format").value_or("text") == "json" ? json::pretty(json_of(*preview)) + "\n"
                                                                       : text_of(*preview));
}

}  // namespace postern::app
