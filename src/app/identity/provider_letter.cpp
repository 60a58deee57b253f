// SPDX-License-Identifier: Apache-2.0
#include "app/identity/provider_letter.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace postern::app {

std::string mailbox_of(const DomainName& contact) {
    const auto labels = contact.labels();
    if (labels.size() < 2) return std::string(contact.text());
    return fmt::format("{}@{}", labels.front(), contact.parent().text());
}

std::string provider_letter(const identity::ReverseName& name, const identity::ReverseZone& zone,
                            const DomainName& wanted) {
    std::string now;
    for (const auto& one : name.names) now += fmt::format("{}{}", now.empty() ? "" : ", ", one.name.text());
    const bool known = zone.unknown.empty();
    return printable(fmt::format("To: {}", known ? mailbox_of(zone.contact) : "your access provider")) +
           fmt::format(R"(
Subject: Reverse DNS for {ip}

Hello,

we run a mail server at {ip}, an address that you assigned to us. Other mail servers check that its reverse name leads
back to it (RFC 1912 2.1). At present {state}

Please set exactly this record{where}:

    {owner}. IN PTR {wanted}.

and no other PTR record for this address. The forward record exists on our side or will before yours does:

    {wanted}. IN {type} {ip}

If the address is in a range that you report as dynamic or residential, please exempt it or tell us which range we
should use for mail.

Thank you,
)",
                       fmt::arg("ip", name.ip.to_string()),
                       fmt::arg("state", now.empty() ? "it has none." : fmt::format("it is {}.", printable(now))),
                       fmt::arg("where", known ? fmt::format(" in your zone {}", printable(zone.zone.text())) : ""),
                       fmt::arg("owner", (name.alias ? *name.alias : name.asked).text()),
                       fmt::arg("wanted", wanted.text()), fmt::arg("type", name.ip.is_v4() ? "A" : "AAAA"));
}

}  // namespace postern::app
