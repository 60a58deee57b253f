// SPDX-License-Identifier: Apache-2.0
#include "evidence/received_trace.hpp"

#include "base/domain_name.hpp"
#include "evidence/block_reply.hpp"
#include "evidence/scan.hpp"

#include <algorithm>
#include <cctype>

namespace postern::evidence {
namespace {

constexpr std::size_t max_hops = 100;

/// The address in brackets, "IPv6:" taken off.
std::optional<IpAddress> bracketed(std::string_view text) {
    while (text.contains('[')) {
        std::string_view inside = between(text, "[", "]");
        if (inside.starts_with("IPv6:")) inside.remove_prefix(5);
        if (const auto address = IpAddress::parse(inside)) return *address;
        text.remove_prefix(text.find('[') + 1);
    }
    return std::nullopt;
}

bool is_public(const IpAddress& ip) {
    const auto use = ip.special_use();
    return !use || use->contains("documentation");
}

/// The last two labels: enough to tell whether two hosts of a trace belong together.
std::string organisation(std::string_view host) {
    while (host.ends_with('.')) host.remove_suffix(1);
    const auto name = DomainName::parse(host);
    if (!name) return {};
    DomainName at = *name;
    while (at.label_count() > 2) at = at.parent();
    return std::string(at.text());
}

}  // namespace

Hop read_received(std::string_view value) {
    // Folding leaves tabs and runs of blanks.
    std::string line;
    for (const char c : value.substr(0, 2'000)) {
        const bool blank = c == ' ' || c == '\t';
        if (!blank) line += c;
        else if (!line.ends_with(' ')) line += ' ';
    }
    Hop hop{.raw = line};
    const std::string_view text = before(line, ";");
    const auto by_at = text.find(" by ");
    const std::string_view from =
        text.starts_with("from ") ? text.substr(5, by_at == text.npos ? text.npos : by_at - 5) : std::string_view{};
    const std::string_view by = text.starts_with("by ") ? text.substr(3)
                                : by_at == text.npos    ? std::string_view{}
                                                        : text.substr(by_at + 4);
    hop.helo = before(from, " ");
    const std::string_view comment = between(from, "(", ")");
    hop.rdns = before(trimmed(before(comment, "[")), " ");
    if (hop.rdns == "unknown" || hop.rdns.starts_with("HELO") || hop.rdns.starts_with("helo")) hop.rdns.clear();
    if (const auto said = comment.find("helo="); said != comment.npos) {  // Exim: from rdns ([ip] helo=name)
        hop.rdns = hop.helo.starts_with('[') ? std::string() : hop.helo;
        hop.helo = before(before(comment.substr(said + 5), " "), ")");
    }
    hop.ip = bracketed(from);
    if (!hop.ip) hop.ip = find_address(comment.empty() ? from : comment);
    if (IpAddress::parse(hop.rdns)) hop.rdns.clear();
    while (hop.rdns.ends_with('.')) hop.rdns.pop_back();
    hop.by = before(by, " ");
    hop.with = before(behind(by, "with "), " ");
    hop.tls = hop.with.ends_with("SMTPS") || hop.with.ends_with("SMTPSA") || hop.with == "esmtps" ||
              hop.with == "esmtpsa" || by.contains("TLS") || from.contains("using TLS");
    return hop;
}

Trace read_trace(const wire::Message& message) {
    Trace trace;
    for (const wire::HeaderField* field : message.all("received")) {
        if (trace.hops.size() == max_hops) break;
        trace.hops.push_back(read_received(field->value()));
    }
    std::string receiver;
    for (const Hop& hop : trace.hops) {
        const std::string own = organisation(hop.by);
        if (receiver.empty()) receiver = own;
        if (own != receiver && !own.empty()) break;  // written by somebody else: not to be believed
        const bool from_inside =
            !hop.ip || !is_public(*hop.ip) || (!hop.rdns.empty() && organisation(hop.rdns) == receiver);
        if (from_inside) continue;
        trace.entry = hop;
        break;
    }
    return trace;
}

}  // namespace postern::evidence
