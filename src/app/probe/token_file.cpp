// SPDX-License-Identifier: Apache-2.0
#include "app/probe/token_file.hpp"

#include "base/contains.hpp"
#include "wire/base64.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace postern::app::probe {
namespace {

bool same(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    unsigned different = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        different |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
    return different == 0;
}

bool is_plain(std::string_view word, std::size_t most) {
    return !word.empty() && word.size() <= most && std::ranges::all_of(word, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

/// What is wrong with a line; "" if nothing is.
std::string read_line(const std::string& line, TokenFile& out) {
    std::istringstream words(line);
    std::string kind, first, second, more;
    words >> kind >> first >> second >> more;
    if (kind == "key" && !first.empty() && second.empty()) {
        out.key = wire::decode_base64(first).value_or("");
        return out.key.empty() ? "the key is no base64" : "";
    }
    if (kind != "token" || !more.empty()) return "a line is \"key BASE64\" or \"token NAME SECRET\"";
    if (!is_plain(first, 64)) return "a name has at most 64 letters, digits, - and _";
    if (!is_plain(second, 256) || second.size() < least_secret)
        return fmt::format("a secret has {} to 256 letters and digits", least_secret);
    if (contains(out.tokens, first, &ControlToken::name)) return fmt::format("there are two tokens named {}", first);
    if (out.tokens.size() == max_control_tokens)
        return fmt::format("there are more than {} tokens", max_control_tokens);
    out.tokens.push_back({first, second});
    return {};
}

}  // namespace

std::string TokenFile::owner_of(std::string_view secret) const {
    std::string owner;
    for (const ControlToken& one : tokens)
        if (same(one.secret, secret)) owner = one.name;
    return owner;
}

std::string TokenFile::to_text() const {
    std::string out = "# Secrets of postern probe: its TLS key, and who may use it. Keep it to yourself.\n";
    out += fmt::format("key {}\n", wire::encode_base64(key));
    for (const ControlToken& one : tokens) out += fmt::format("token {} {}\n", one.name, one.secret);
    return out;
}

Result<TokenFile> parse_token_file(std::string_view text) {
    TokenFile out;
    std::istringstream lines{std::string(text)};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.empty() || line.starts_with('#')) continue;
        if (const std::string fault = read_line(line, out); !fault.empty())
            return fail("probe.token_file", fmt::format("line {}: {}", number, fault));
    }
    if (out.key.empty() || out.tokens.empty())
        return fail("probe.token_file",
                    "it holds no key or no token; postern probe --token-file FILE --add-token NAME");
    return out;
}

}  // namespace postern::app::probe
