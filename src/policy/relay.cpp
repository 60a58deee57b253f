// SPDX-License-Identifier: Apache-2.0
#include "policy/relay.hpp"

#include "base/ascii_case.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::policy {
namespace {

constexpr Rule denied{"m6.relay.denied", "M6", 554, "5.7.1"};
constexpr Rule routing{"m6.address.routed", "M6", 553, "5.1.3"};
constexpr Rule malformed{"m6.address.malformed", "M6", 501, "5.1.3"};
constexpr Rule own_sender{"m6.sender.own", "M6", 550, "5.7.1"};
constexpr Rule own_literal{"m6.relay.literal", "M6", 554, "5.7.1"};

}  // namespace

Direction direction_of(const Client& client, std::string_view login, const Site& site) {
    if (!client.ip || client.submission || !login.empty()) return Direction::outbound;
    const bool declared =
        std::ranges::any_of(site.senders, [&](const Network& network) { return network.contains(*client.ip); });
    return declared ? Direction::outbound : Direction::inbound;
}

bool is_own(const Site& site, const DomainName& domain) {
    return std::ranges::find(site.domains, domain) != site.domains.end();
}

void judge_sender(const Client& client, std::string_view login, Direction direction, const MailAddress& sender,
                  const Settings& settings, Decision& decision) {
    if (direction == Direction::inbound && login.empty() && sender.domain() && is_own(settings.site, *sender.domain()))
        decision.add(
            own_sender, settings.relay.own_sender_mode, Action::refuse,
            fmt::format("Mail from {} is sent with a login", sender.domain()->text()),
            fmt::format("{} from {}", printable(sender.text(), 200), client.ip ? client.ip->to_string() : "here"));
}

void judge_recipient(Direction direction, const MailAddress& recipient, const Settings& settings, Decision& decision) {
    // postmaster without a domain must be taken by every server (RFC 5321 4.5.1).
    const bool bare = !recipient.domain() && !recipient.literal() && !recipient.utf8();
    if (bare && lowered(recipient.local()) == "postmaster") return;
    if (recipient.routed() && direction == Direction::inbound) {
        decision.add(routing, settings.relay.mode, Action::refuse,
                     "An address that routes mail further is not taken here", printable(recipient.text(), 300));
        return;
    }
    if (direction == Direction::outbound) return;
    if (recipient.literal())
        decision.add(own_literal, settings.relay.mode, Action::refuse,
                     "Mail to an address in brackets is not taken here", printable(recipient.text(), 300));
    else if (!recipient.domain() || !is_own(settings.site, *recipient.domain()))
        decision.add(denied, settings.relay.mode, Action::refuse,
                     "Mail for this domain is not taken here; send it with a login, or to the domain's own servers",
                     printable(recipient.text(), 300));
}

void refuse_path(const Error& error, const Settings& settings, Decision& decision) {
    decision.add(malformed, settings.relay.mode, Action::refuse,
                 fmt::format("This is no mail address: {}", error.message));
}

}  // namespace postern::policy
