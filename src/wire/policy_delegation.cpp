// SPDX-License-Identifier: Apache-2.0
#include "wire/policy_delegation.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace postern::wire {
namespace {

struct Attribute {
    std::string_view name;
    std::string PolicyRequest::* text;  ///< null: a number, or the request's kind
};

constexpr std::array attributes{
    Attribute{"protocol_state", &PolicyRequest::state},
    Attribute{"instance", &PolicyRequest::instance},
    Attribute{"queue_id", &PolicyRequest::queue_id},
    Attribute{"client_address", &PolicyRequest::client_address},
    Attribute{"client_name", &PolicyRequest::client_name},
    Attribute{"helo_name", &PolicyRequest::helo},
    Attribute{"sender", &PolicyRequest::sender},
    Attribute{"recipient", &PolicyRequest::recipient},
    Attribute{"sasl_username", &PolicyRequest::login},
    Attribute{"sasl_method", &PolicyRequest::login_method},
    Attribute{"encryption_protocol", &PolicyRequest::tls_version},
    Attribute{"policy_context", &PolicyRequest::context},
    Attribute{"server_port", &PolicyRequest::server_port},
    Attribute{"request", nullptr},
    Attribute{"recipient_count", nullptr},
    Attribute{"size", nullptr},
};
static_assert(attributes.size() <= 32, "seen_ has a bit for each");

bool is_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '.';
    });
}

/// An empty value is 0, as Postfix gives a size that was not announced.
template <class Number>
bool read_number(std::string_view text, Number most, Number& out) {
    out = 0;
    if (text.empty()) return true;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size() && out <= most;
}

/// One line of printable ASCII, as a refusal's text is made.
std::string one_line(std::string_view text) {
    constexpr std::size_t code = std::string_view("451 4.7.1 ").size();
    return SmtpRefusal::temporary(text).line().substr(code);
}

}  // namespace

Result<std::optional<PolicyRequest>> PolicyRequestReader::next(std::string_view& octets) {
    while (!octets.empty()) {
        const auto end = octets.find('\n');
        const std::string_view piece = octets.substr(0, end);
        octets.remove_prefix(end == octets.npos ? octets.size() : end + 1);
        octets_ += piece.size() + 1;
        if (line_.size() + piece.size() > max_line)
            return fail("policy.too_long", fmt::format("a line of the request is longer than {} octets", max_line));
        if (octets_ > max_request)
            return fail("policy.too_long", fmt::format("the request is longer than {} octets", max_request));
        if (end == octets.npos) {
            line_ += piece;
            --octets_;  // the line's end is still to come
            break;
        }
        line_ += piece;
        if (line_.empty()) {
            auto whole = finish();
            if (!whole) return std::unexpected(whole.error());
            return *std::move(whole);
        }
        if (const auto taken = take_line(std::exchange(line_, {})); !taken) return std::unexpected(taken.error());
    }
    return std::nullopt;
}

Result<void> PolicyRequestReader::take_line(std::string_view line) {
    if (++attributes_ > max_attributes)
        return fail("policy.too_many", fmt::format("the request has more than {} attributes", max_attributes));
    const auto equals = line.find('=');
    const std::string_view name = line.substr(0, equals);
    if (equals == line.npos || !is_name(name) || line.find('\0') != line.npos)
        return fail("policy.malformed", fmt::format("\"{}\" is no name=value", printable(line, 60)));
    const auto known = std::ranges::find(attributes, name, &Attribute::name);
    if (known == attributes.end()) return {};
    const std::uint32_t bit = 1U << static_cast<unsigned>(known - attributes.begin());
    if ((seen_ & bit) != 0) return fail("policy.twice", fmt::format("{} was given twice", name));
    seen_ |= bit;
    const std::string_view value = line.substr(equals + 1);
    bool good = true;
    if (known->text != nullptr) request_.*known->text = value;
    else if (name == "request") kind_ = value;
    else if (name == "size") good = read_number(value, UINT64_MAX, request_.size);
    else good = read_number(value, max_count, request_.recipient_count);
    if (!good) return fail("policy.malformed", fmt::format("{} is \"{}\"", name, printable(value, 60)));
    return {};
}

Result<PolicyRequest> PolicyRequestReader::finish() {
    PolicyRequest whole = std::exchange(request_, {});
    const std::string kind = std::exchange(kind_, {});
    octets_ = attributes_ = 0;
    seen_ = 0;
    if (kind != "smtpd_access_policy")
        return fail("policy.kind", fmt::format("the request is \"{}\", not smtpd_access_policy", printable(kind, 60)));
    if (whole.state.empty()) return fail("policy.malformed", "the request names no protocol_state");
    return whole;
}

PolicyAction PolicyAction::defer_if_permit(const SmtpRefusal& refusal) {
    if (refusal.is_permanent()) return refuse(refusal);
    constexpr std::size_t code = std::string_view("451 ").size();
    return PolicyAction("DEFER_IF_PERMIT " + refusal.line().substr(code));
}

PolicyAction PolicyAction::hold(std::string_view text) { return PolicyAction("HOLD " + one_line(text)); }

PolicyAction PolicyAction::prepend(std::string_view name, std::string_view value) {
    return PolicyAction(fmt::format("PREPEND {}: {}", name, one_line(value)));
}

std::string policy_path(std::string_view address) {
    if (address.empty()) return "<>";
    const auto at = address.rfind('@');
    const std::string_view local = address.substr(0, at);
    const std::string_view domain = at == address.npos ? std::string_view{} : address.substr(at);
    if (!local.empty() && local.find_first_of("()<>[]:;,@\\\" ") == local.npos)
        return fmt::format("<{}{}>", local, domain);
    std::string quoted;
    for (const char c : local) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return fmt::format("<\"{}\"{}>", quoted, domain);
}

}  // namespace postern::wire
