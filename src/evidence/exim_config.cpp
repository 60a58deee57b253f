// SPDX-License-Identifier: Apache-2.0
#include "evidence/exim_config.hpp"

#include "evidence/scan.hpp"

#include <algorithm>

namespace postern::evidence {
namespace {

/// Lines with backslash continuations joined, comments and empty lines left out; at most 1 MiB.
std::vector<std::string> logical_lines(std::string_view text) {
    std::vector<std::string> lines;
    bool continued = false;
    text = text.substr(0, 1024 * 1024);
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (line.empty() || line.starts_with('#')) continue;
        const bool goes_on = line.ends_with('\\');
        if (goes_on) line = trimmed(line.substr(0, line.size() - 1));
        if (continued) lines.back() += " " + std::string(line);
        else lines.emplace_back(line);
        continued = goes_on;
    }
    return lines;
}

std::vector<std::string_view> words(std::string_view line) {
    std::vector<std::string_view> out;
    while (!(line = trimmed(line)).empty()) out.push_back(take_word(line));
    return out;
}

}  // namespace

std::string EximConfig::option(std::string_view name) const {
    const auto known = options.find(name);
    return known == options.end() ? std::string() : known->second;
}
std::string EximConfig::list(std::string_view name) const {
    const auto known = lists.find(name);
    return known == lists.end() ? std::string() : known->second;
}

EximConfig read_exim_config(std::string_view options, std::string_view config, std::string_view version) {
    EximConfig out;
    for (const std::string& line : logical_lines(options)) {
        const std::string_view text = line;
        const auto equals = text.find('=');
        if (equals != text.npos)
            out.options[std::string(trimmed(text.substr(0, equals)))] = trimmed(text.substr(equals + 1));
        else if (text.starts_with("no_")) out.options[std::string(text.substr(3))] = "false";
        else out.options[line] = "true";
    }
    bool refusing = false;  // within a statement that refuses
    for (const std::string& line : logical_lines(config)) {
        std::string_view text = line;
        const std::string_view verb = before(text, " ");
        for (const std::string_view kind : {"hostlist", "domainlist"})
            if (verb == kind) {
                const std::string_view rest = trimmed(text.substr(kind.size()));
                out.lists[std::string(kind) + " " + std::string(trimmed(before(rest, "=")))] =
                    trimmed(behind(rest, "="));
            }
        for (const std::string_view statement : {"deny", "drop", "defer", "accept", "warn", "require", "discard"})
            if (verb == statement) {
                refusing = statement == "deny" || statement == "drop" || statement == "defer";
                text = trimmed(text.substr(statement.size()));
            }
        const std::string_view name = trimmed(before(text, "="));
        const std::string_view value = trimmed(behind(text, "="));
        if (name == "dnslists" && refusing) out.dnslists.emplace_back(value);
        if (name == "malware") {
            out.scans_malware = true;
            if (value.contains("/defer_ok")) out.malware_defers = false;
        }
        if (name == "verify" && value.starts_with("sender") && value.contains("callout")) out.calls_out_senders = true;
        if (name == "verify" && value.starts_with("recipient")) out.verifies_recipients = true;
    }
    out.version = before(behind(version, "Exim version "), " ");
    return out;
}

OpensmtpdConfig read_opensmtpd_config(std::string_view text, std::string_view version) {
    OpensmtpdConfig out;
    std::map<std::string, std::vector<std::string>, std::less<>> tables;
    for (const std::string& line : logical_lines(text)) {
        out.present = true;
        if (line.starts_with("table ")) {
            const auto parts = words(line);
            auto& table = tables[std::string(parts.size() > 1 ? parts[1] : "")];
            for (const std::string_view item : words(between(line, "{", "}"))) {
                std::string cleaned(item);
                std::erase_if(cleaned, [](char c) { return c == ',' || c == '"'; });
                if (!cleaned.empty()) table.push_back(std::move(cleaned));
            }
        } else if (line.starts_with("listen on ")) {
            out.listeners.push_back(line.substr(10));
        } else if (line.starts_with("match ")) {
            OpensmtpdConfig::Match match{.text = line};
            // `for any` is everybody's mail; `for domain <x>` is not. Without `from`, the rule is for local programs.
            match.to_any = line.contains(" for any");
            match.from_any = line.contains(" from any");
            match.from_auth = line.contains(" auth") && !line.contains("!auth");
            match.rejects = line.ends_with(" reject");
            const std::string_view source = trimmed(before(behind(line, " from src "), " "));
            if (source.starts_with('<')) match.sources = tables[std::string(between(source, "<", ">"))];
            else if (!source.empty()) match.sources.emplace_back(source);
            out.matches.push_back(std::move(match));
        }
    }
    out.version = before(behind(version, "OpenSMTPD "), "-");
    out.version = trimmed(out.version);
    return out;
}

}  // namespace postern::evidence
