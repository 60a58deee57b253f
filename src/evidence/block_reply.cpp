// SPDX-License-Identifier: Apache-2.0
#include "evidence/block_reply.hpp"

#include "base/ascii_case.hpp"
#include "base/domain_name.hpp"

#include <algorithm>
#include <array>

namespace postern::evidence {
namespace {

struct Wording {
    std::string_view sign;  // lower case, stands in the reply
    std::string_view list;
    std::string_view advice;
};

/// The more exact first.
constexpr std::array wordings{
    Wording{"sbl.spamhaus.org", "sbl.spamhaus.org", "postern explain sbl.spamhaus.org"},
    Wording{"xbl.spamhaus.org", "xbl.spamhaus.org", "postern explain xbl.spamhaus.org"},
    Wording{"pbl.spamhaus.org", "pbl.spamhaus.org", "postern explain pbl.spamhaus.org"},
    Wording{"dbl.spamhaus.org", "dbl.spamhaus.org", "postern explain dbl.spamhaus.org"},
    Wording{"spamhaus", "zen.spamhaus.org", "postern explain zen.spamhaus.org"},
    Wording{"barracudacentral", "b.barracudacentral.org", "postern explain b.barracudacentral.org"},
    Wording{"spamcop", "bl.spamcop.net", "postern explain bl.spamcop.net"},
    Wording{"uceprotect", "dnsbl-1.uceprotect.net", "postern explain dnsbl-1.uceprotect.net; never pay for removal"},
    Wording{"psbl", "psbl.surriel.com", "postern explain psbl.surriel.com"},
    Wording{"sorbs", "dnsbl.sorbs.net",
            "closed in 2024: the receiver's configuration is at fault, tell its postmaster"},
    Wording{"abusix", "combined.mail.abusix.zone", "lookup.abusix.com"},
    Wording{"spamrats", "all.spamrats.com", "postern explain all.spamrats.com"},
    Wording{"mailspike", "bl.mailspike.net", "postern explain bl.mailspike.net"},
    Wording{"backscatterer", "ips.backscatterer.org", "postern explain ips.backscatterer.org"},
    Wording{"hostkarma", "hostkarma.junkemailfilter.com", "postern explain hostkarma.junkemailfilter.com"},
    Wording{"invaluement", "Invaluement", "the removal form that the reply names"},
    Wording{"0spam", "bl.0spam.org", "postern explain bl.0spam.org"},
    Wording{"s3140", "Microsoft", "sender.office.com and SNDS; the whole network is blocked: your provider too"},
    Wording{"s3150", "Microsoft", "sender.office.com and SNDS"},
    Wording{"part of their network is on our block list", "Microsoft", "sender.office.com and SNDS"},
    Wording{"banned sending ip", "Microsoft 365", "sender.office.com"},
    Wording{"access denied, banned sender", "Microsoft 365", "sender.office.com"},
    Wording{"5.7.606", "Microsoft 365", "sender.office.com"},
    Wording{"low reputation of the sending", "Google", "Postmaster Tools; the reply's own page"},
    Wording{"our system has detected an unusual rate", "Google", "Postmaster Tools; send less until it passes"},
    Wording{"likely unsolicited mail", "Google", "Postmaster Tools; the reply's own page"},
    Wording{"[tss04]", "Yahoo", "senders.yahooinc.com"},
    Wording{"[ts03]", "Yahoo", "senders.yahooinc.com"},
    Wording{"[ts04]", "Yahoo", "senders.yahooinc.com"},
    Wording{"[cs01]", "Apple", "icloudadmin@apple.com, as the reply says"},
    Wording{"ipcheck.proofpoint.com", "Proofpoint", "ipcheck.proofpoint.com"},
    Wording{"csi.cloudmark.com", "Cloudmark", "csi.cloudmark.com; give the address a name of its own first"},
    Wording{"senderbase", "Cisco Talos", "talosintelligence.com"},
    Wording{"talosintelligence", "Cisco Talos", "talosintelligence.com"},
    Wording{"ers.trendmicro.com", "Trend Micro", "ers.trendmicro.com; your provider asks"},
    Wording{"mimecast", "Mimecast", "the receiver's administrator allows the sender"},
    Wording{"t-online.de", "Telekom", "tosa@rx.t-online.de, as the reply says"},
    Wording{"bad dns ptr resource record", "GMX and Web.de", "set the reverse name: postern identity ptr"},
};

/// Words that name no list but mean one.
constexpr std::array<std::string_view, 12> smells{
    "blacklist",       "blocklist",      "block list",     "black list",        "dnsbl",         "rbl",
    "poor reputation", "bad reputation", "low reputation", "sender reputation", "ip reputation", "listed in"};

/// The zone behind "blocked using", "listed at" and their like, for lists that the table does not name.
std::string zone_named(std::string_view text) {
    for (const std::string_view mark :
         {"blocked using ", "blocked by ", "listed at ", "listed by ", "listed in ", "rejected by "}) {
        const auto at = text.find(mark);
        if (at == text.npos) continue;
        const auto rest = text.substr(at + mark.size());
        std::string_view word = rest.substr(0, rest.find_first_of(" ;,:()/<>"));
        while (word.ends_with('.')) word.remove_suffix(1);
        const auto zone = DomainName::parse(word);
        if (zone && zone->label_count() >= 2 && !IpAddress::parse(word)) return std::string(zone->text());
    }
    return {};
}

}  // namespace

std::optional<IpAddress> find_address(std::string_view text) {
    constexpr std::string_view allowed = "0123456789abcdefABCDEF.:";
    std::size_t tried = 0;
    while (!text.empty() && tried < 64) {
        const auto first = text.find_first_of(allowed);
        if (first == text.npos) return std::nullopt;
        text.remove_prefix(first);
        std::string_view word = text.substr(0, text.find_first_not_of(allowed));
        text.remove_prefix(word.size());
        while (word.ends_with('.') || (word.ends_with(':') && !word.ends_with("::"))) word.remove_suffix(1);
        if (word.size() < 6 || std::ranges::count(word, '.') + std::ranges::count(word, ':') < 2) continue;
        ++tried;
        if (const auto address = IpAddress::parse(word);
            address && (!address->special_use() || address->special_use()->contains("documentation")))
            return *address;
    }
    return std::nullopt;
}

std::optional<BlockReply> read_block_reply(std::string_view reply) {
    const std::string text = lowered(reply.substr(0, 2'048));
    // The peer's own name stands in front of its words ("host mx.t-online.example[...] said: "); only the words count.
    const auto said = text.find(" said: ");
    const auto talk = text.find("refused to talk to me: ");
    const std::string_view words = said != text.npos   ? std::string_view(text).substr(said + 7)
                                   : talk != text.npos ? std::string_view(text).substr(talk + 23)
                                                       : std::string_view(text);
    for (const Wording& wording : wordings)
        if (words.contains(wording.sign))
            return BlockReply{std::string(wording.list), find_address(words), true, wording.advice};
    if (std::string zone = zone_named(words); !zone.empty())
        return BlockReply{std::move(zone), find_address(words), true, "the list's own page"};
    if (std::ranges::any_of(smells, [&](std::string_view smell) { return words.contains(smell); }))
        return BlockReply{"a list that the reply does not name", find_address(words), false,
                          "ask the receiver's postmaster which list it was"};
    return std::nullopt;
}

}  // namespace postern::evidence
