// SPDX-License-Identifier: Apache-2.0
#include "policy/content.hpp"

#include "base/text.hpp"
#include "policy/attachments.hpp"
#include "policy/masquerade.hpp"
#include "policy/relay.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::policy {
namespace {

using Kind = wire::ScanVerdict::Kind;

constexpr Rule too_large{"limit.message_size", "M1", 552, "5.3.4"};
constexpr Rule looping{"limit.received_hops", "M5", 554, "5.4.6"};
constexpr Rule unreadable{"limit.header", "M5", 554, "5.6.0"};
constexpr Rule virus{"m1.virus.found", "M1", 554, "5.7.1"};
constexpr Rule unscanned{"m1.virus.unscannable", "M1", 554, "5.6.0"};
constexpr Rule gtube{"m3.spam.test", "M3", 554, "5.7.1"};
constexpr Rule spam{"m3.spam.score", "M3", 554, "5.7.1"};
constexpr Rule silent{"m3.filter.silent", "M3"};
constexpr Rule bad_helo{"m5.helo.invalid", "M5", 550, "5.7.1"};
constexpr Rule own_helo{"m5.helo.own", "M5", 550, "5.7.1"};
constexpr Rule several_from{"m5.from.several", "M5", 554, "5.6.0"};
constexpr Rule foreign_from{"m6.sender.foreign", "M6", 550, "5.7.1"};

/// A refusal towards a filter becomes a hold.
Action softened(Action action, bool from_filter) {
    return from_filter && (action == Action::refuse || action == Action::defer) ? Action::hold : action;
}

/// A domain of the site, or a machine whose name leaves as one: what the masquerade would show is judged, not what it hides.
bool is_of_site(const DomainName& domain, const Settings& settings) {
    if (is_own(settings.site, domain)) return true;
    const MasqueradeDomains shown{.all = MasqueradeDomains::parse(settings.identity.masquerade)};
    const DomainName* over = shown.over(domain);
    return over != nullptr && is_own(settings.site, *over);
}

}  // namespace

void judge_helo(std::string_view name, const Client& client, const Settings& settings, Decision& decision) {
    if (client.submission || !client.ip) return;  // programs of people call themselves anything
    const auto host = DomainName::parse(name);
    const bool literal = name.starts_with('[') && name.ends_with(']');
    if (!literal && (!host || host->label_count() < 2))
        decision.add(bad_helo, settings.identity.mode, Action::refuse,
                     "The greeting is no host name (RFC 5321 4.1.1.1)", printable(name, 200));
    else if (host && is_own(settings.site, *host) && direction_of(client, {}, settings.site) == Direction::inbound)
        decision.add(own_helo, settings.identity.mode, Action::refuse, "The greeting is a name of this site",
                     printable(name, 200));
}

void judge_limits(const MessageFacts& facts, const Settings& settings, Decision& decision) {
    if (facts.octets > settings.limits.message_octets)
        decision.add(too_large, Mode::enforce, Action::refuse,
                     fmt::format("The message is larger than {} octets", settings.limits.message_octets));
    if (facts.message == nullptr) {
        decision.add(unreadable, settings.identity.mode, Action::refuse, "The message's header cannot be read");
        return;
    }
    const auto hops = facts.message->all("received").size();
    if (hops > settings.limits.received_hops)
        decision.add(looping, Mode::enforce, Action::refuse, "The message goes round in a circle",
                     fmt::format("{} Received lines", hops));
}

void judge_malware(const MessageFacts& facts, const ContentPlace& place, const Settings& settings, Decision& decision) {
    MalwareSettings own = settings.malware;
    for (Action* action : {&own.attachments, &own.locked_archives, &own.unscannable})
        *action = softened(*action, place.from_filter);
    if (facts.mime != nullptr) judge_attachments(*facts.mime, own, decision);
    if (!facts.scan || facts.scan->kind == Kind::clean) return;
    if (facts.scan->kind == Kind::infected) {
        decision.add(virus, own.mode, softened(Action::refuse, place.from_filter), "The message holds a virus",
                     printable(facts.scan->name, 200));
        return;
    }
    // No answer is our fault and passes; anything else is a property of the message.
    const std::string evidence = fmt::format("{}: {}", facts.scan->code, printable(facts.scan->sentence, 300));
    const bool ours = facts.scan->code == "scan.no_answer" || facts.scan->code == "scan.error";
    if (ours && own.mode == Mode::enforce)
        decision.fault("m1.scanner.silent", "M1", "The virus scanner does not answer; try again later", evidence);
    else
        decision.add(unscanned, own.mode, ours ? Action::defer : own.unscannable,
                     "The message cannot be scanned for viruses", evidence);
}

void judge_spam(const MessageFacts& facts, const ContentPlace& place, const Settings& settings, Decision& decision) {
    const SpamSettings& own = settings.spam;
    if (!facts.spam_fault.empty() && own.filter) {
        if (own.mode == Mode::enforce && !place.from_filter)
            decision.fault("m3.filter.silent", "M3", "The spam filter does not answer; try again later",
                           printable(facts.spam_fault, 300));
        else
            decision.add(silent, own.mode, Action::tag, "The spam filter did not answer",
                         printable(facts.spam_fault, 300));
    }
    if (!facts.spam) return;
    const SpamThresholds& at = place.direction == Direction::inbound ? own.inbound : own.outbound;
    const auto reaches = [&](double threshold) { return threshold > 0 && facts.spam->score >= threshold; };
    const std::string evidence = fmt::format("score {:.1f}", facts.spam->score);
    if (facts.spam->gtube())
        decision.add(gtube, own.mode, softened(Action::refuse, place.from_filter),
                     "The message is the test for spam filters (GTUBE)", evidence);
    else if (reaches(at.refuse))
        decision.add(spam, own.mode, softened(Action::refuse, place.from_filter), "The message looks like spam",
                     evidence);
    else if (reaches(at.hold)) decision.add(spam, own.mode, Action::hold, "The message looks like spam", evidence);
    else if (reaches(at.tag)) decision.add(spam, own.mode, Action::tag, "The message may be spam", evidence);
}

void judge_link_domains(const MessageFacts& facts, const ContentPlace& place, const Settings& settings,
                        Decision& decision) {
    if (!facts.links) return;
    const LinkSettings& own = settings.links;
    const Action action = place.direction == Direction::inbound ? own.inbound : own.outbound;
    judge_links(facts.links->answers, own.mode, softened(action, place.from_filter), decision);
}

void judge_header(const MessageFacts& facts, const ContentPlace& place, const Settings& settings, Decision& decision) {
    if (facts.message == nullptr || place.direction != Direction::outbound) return;
    const auto fields = facts.message->all("from");
    std::vector<std::string> authors;
    for (const wire::HeaderField* field : fields)
        for (std::string& one : wire::mailboxes(field->value())) authors.push_back(std::move(one));
    // Every author is checked, because a reader may show any of them.
    if (fields.size() != 1 || authors.empty())
        decision.add(several_from, settings.identity.mode, Action::refuse,
                     "The message needs one From field with an address in it",
                     fmt::format("{} From fields", fields.size()));
    if (place.login.empty()) return;
    for (const std::string& author : authors) {
        const auto address = MailAddress::parse(author);
        if (!address || !address->domain() || !is_of_site(*address->domain(), settings))
            decision.add(foreign_from, settings.relay.login_sender_mode, Action::refuse,
                         "Mail with this login is sent under an address of this site", printable(author, 200));
    }
}

}  // namespace postern::policy
