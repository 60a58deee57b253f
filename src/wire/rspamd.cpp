// SPDX-License-Identifier: Apache-2.0
#include "wire/rspamd.hpp"

#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace postern::wire {
namespace {

std::string clean(std::string_view text) {
    std::string out(text);
    std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
    return out;
}

const json::value* member(const json::object& object, std::string_view name) {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &found->value();
}

std::string text(const json::object& object, std::string_view name) {
    const json::value* value = member(object, name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<double> number(const json::object& object, std::string_view name) {
    const json::value* value = member(object, name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const double out = value->to_number<double>();
    return std::isfinite(out) ? std::optional(out) : std::nullopt;
}

void read_symbols(const json::object& answer, SpamVerdict& out) {
    const json::value* symbols = member(answer, "symbols");
    if (symbols == nullptr || !symbols->is_object()) return;
    for (const auto& [name, value] : symbols->get_object()) {
        const double score = value.is_object() ? number(value.get_object(), "score").value_or(0) : 0;
        out.symbols.push_back({std::string(name), score});
    }
    std::ranges::sort(out.symbols, [](const auto& a, const auto& b) { return std::abs(a.score) > std::abs(b.score); });
    if (out.symbols.size() > SpamVerdict::max_symbols) out.symbols.resize(SpamVerdict::max_symbols);
}

}  // namespace

bool SpamVerdict::gtube() const {
    return std::ranges::any_of(symbols, [](const Symbol& symbol) { return symbol.name.starts_with("GTUBE"); });
}

std::map<std::string, std::string, std::less<>> rspamd_fields(const SpamQuery& query) {
    std::map<std::string, std::string, std::less<>> out;
    const auto put = [&](const char* name, std::string_view value) {
        if (std::string cleaned = clean(value); !cleaned.empty()) out[name] = std::move(cleaned);
    };
    put("ip", query.client_ip);
    put("hostname", query.client_name);
    put("helo", query.helo);
    put("from", query.sender);
    put("user", query.login);
    put("queue-id", query.queue_id);
    put("tls-version", query.tls_version);
    std::string recipients;
    for (const std::string& one : query.recipients) recipients += (recipients.empty() ? "" : ",") + clean(one);
    put("rcpt", recipients);
    return out;
}

Result<SpamVerdict> read_rspamd_answer(std::string_view body) {
    const auto parsed = json::parse(body);
    if (!parsed || !parsed->is_object()) return fail("rspamd.malformed", "rspamd's answer is no JSON object");
    const json::object& answer = parsed->get_object();
    if (const std::string error = text(answer, "error"); !error.empty())
        return fail("rspamd.error", "rspamd says: " + error.substr(0, 200));
    SpamVerdict out{.action = text(answer, "action")};
    // GTUBE ends the scan before it begins: such an answer says is_skipped and "reject" in one. Only without a verdict nothing was scanned.
    const json::value* skipped = member(answer, "is_skipped");
    if (skipped != nullptr && *skipped == json::value(true) && (out.action.empty() || out.action == "no action"))
        return fail("rspamd.skipped", "rspamd did not scan the message");
    constexpr std::array<std::string_view, 6> actions{"no action",       "greylist",    "add header",
                                                      "rewrite subject", "soft reject", "reject"};
    const auto score = number(answer, "score");
    if (std::ranges::find(actions, out.action) == actions.end() || !score)
        return fail("rspamd.malformed", "rspamd's answer has no known action or no score");
    out.score = *score;
    out.required = number(answer, "required_score").value_or(0);
    if (const json::value* messages = member(answer, "messages"); messages != nullptr && messages->is_object())
        out.message = text(messages->get_object(), "smtp_message");
    read_symbols(answer, out);
    return out;
}

}  // namespace postern::wire
