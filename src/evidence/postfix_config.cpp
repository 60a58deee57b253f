// SPDX-License-Identifier: Apache-2.0
#include "evidence/postfix_config.hpp"

#include "evidence/scan.hpp"

#include <algorithm>
#include <cctype>

namespace postern::evidence {
namespace {

constexpr std::size_t max_octets = 1024 * 1024;
constexpr int max_expansion_depth = 8;

/// Logical lines: those that begin with a blank continue the one before, comments between do not end it.
std::vector<std::string> logical_lines(std::string_view text) {
    std::vector<std::string> lines;
    text = text.substr(0, max_octets);
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (trimmed(line).empty() || trimmed(line).starts_with('#')) continue;
        if ((line.front() == ' ' || line.front() == '\t') && !lines.empty())
            lines.back() += " " + std::string(trimmed(line));
        else lines.emplace_back(trimmed(line));
    }
    return lines;
}

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string expanded(const PostfixConfig& config, std::string_view value, int depth) {
    std::string out;
    while (!value.empty()) {
        const auto dollar = value.find('$');
        out += value.substr(0, dollar);
        if (dollar == value.npos) break;
        value.remove_prefix(dollar + 1);
        const char open = value.empty() ? '\0' : value.front();
        std::string_view name;
        if (open == '{' || open == '(') {
            const auto end = std::min(value.find(open == '{' ? '}' : ')'), value.size());
            name = value.substr(1, end - 1);
            value.remove_prefix(std::min(end + 1, value.size()));
        } else {
            name = value.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(value, is_name) - value.begin()));
            value.remove_prefix(name.size());
        }
        const auto known = config.parameters.find(name);
        if (known != config.parameters.end() && depth < max_expansion_depth && out.size() < max_octets)
            out += expanded(config, known->second, depth + 1);
        else out += "$" + std::string(name);
    }
    return out;
}

PostfixService read_service(std::string_view line) {
    PostfixService service;
    const std::vector<std::string> words = setting_words(line);
    if (words.size() < 8) return service;
    service.name = words[0];
    service.type = words[1];
    service.program = words[7];
    for (std::size_t i = 8; i + 1 < words.size(); ++i)
        if (words[i] == "-o") {
            std::string_view setting = words[i + 1];
            if (setting.starts_with('{') && setting.ends_with('}')) setting = setting.substr(1, setting.size() - 2);
            service.overrides[std::string(trimmed(before(setting, "=")))] = trimmed(behind(setting, "="));
        }
    return service;
}

}  // namespace

std::vector<std::string> setting_words(std::string_view value) {
    std::vector<std::string> words;
    std::string word;
    int depth = 0;
    for (const char c : value) {
        if (c == '{') ++depth;
        if (c == '}') --depth;
        if (depth <= 0 && (c == ' ' || c == '\t' || c == ',')) {
            if (!word.empty()) words.push_back(std::move(word));
            word.clear();
        } else {
            word += c;
        }
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

std::string PostfixConfig::get(std::string_view name, std::string_view otherwise) const {
    const auto known = parameters.find(name);
    return expanded(*this, known == parameters.end() ? otherwise : std::string_view(known->second), 0);
}

std::string PostfixConfig::get(const PostfixService& service, std::string_view name, std::string_view otherwise) const {
    const auto own = service.overrides.find(name);
    return own == service.overrides.end() ? get(name, otherwise) : expanded(*this, own->second, 0);
}

std::vector<const PostfixService*> PostfixConfig::smtp_servers() const {
    std::vector<const PostfixService*> found;
    for (const PostfixService& service : services) {
        const bool listens = service.type == "inet" && !service.name.starts_with("127.0.0.1:") &&
                             !service.name.starts_with("localhost:") && !service.name.starts_with("[::1]:");
        if ((listens || service.type == "pass") && service.program == "smtpd") found.push_back(&service);
    }
    return found;
}

PostfixConfig read_postfix_config(std::string_view main, std::string_view master) {
    PostfixConfig config;
    for (const std::string& line : logical_lines(main)) {
        const auto equals = line.find('=');
        if (equals == line.npos) continue;
        config.parameters[std::string(trimmed(std::string_view(line).substr(0, equals)))] =
            trimmed(std::string_view(line).substr(equals + 1));
    }
    for (const std::string& line : logical_lines(master))
        if (PostfixService service = read_service(line); !service.name.empty())
            config.services.push_back(std::move(service));
    config.version = config.get("mail_version");
    return config;
}

}  // namespace postern::evidence
