// SPDX-License-Identifier: Apache-2.0
// Whom a message's links lead to (M3), and which lists of domains are to be asked about them.
//
// Links are found as a person's mail program would make them clickable: anything behind http:// or https://, and names behind "www.".
// What disguises them is undone first: entities, percent signs, a login in front of the host ("http://bank.example@evil.example/"),
// backslashes for slashes, addresses as one number. Names that are not ASCII count as unreadable. Asked is the domain that somebody
// registered, once. Values in, questions out: asking, health and budgets of the lists are the caller's.
#pragma once

#include "policy/decision.hpp"
#include "reputation/list_check.hpp"
#include "reputation/selection.hpp"
#include "wire/message.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::policy {

inline constexpr std::size_t max_link_octets = 1024 * 1024;  ///< of one text that are looked through
inline constexpr std::size_t max_links = 2'000;              ///< looked at in one message
inline constexpr std::size_t max_link_domains = 50;          ///< of one message that are asked about
inline constexpr std::size_t max_link_questions = 200;       ///< domains times lists

struct Links {
    std::vector<DomainName> domains;   ///< registrable, in order of appearance, none twice
    std::vector<IpAddress> addresses;  ///< links to a bare address
    std::size_t unreadable = 0;        ///< hosts that are neither
    bool cut = false;                  ///< a limit was met: there may be more
};

/// Adds what stands in one text or HTML body.
void find_links(std::string_view text, Links& links);
/// Of all text parts of a message, as mime_leaves decodes them; what it cannot walk is `cut`.
[[nodiscard]] Links find_links(const wire::Message& message);

struct LinkQuestion {
    const reputation::Choice* choice;  ///< borrowed from the choices given
    reputation::Subject subject;
};
/// For every list among `choices` that lists domains to block: each domain once, at most max_link_questions.
[[nodiscard]] std::vector<LinkQuestion> link_questions(const Links& links, std::span<const reputation::Choice> choices);

/// What came of the questions: a listing is a finding with its list named; nothing unknown is one.
struct LinkAnswer {
    DomainName domain;
    DomainName zone;  ///< of the list, without a key's label
    reputation::Verdict verdict;
    std::string text;  ///< the operator's own words, raw
    int tier = 1;      ///< the list's, where the hits name none
};
/// What a door learnt of a message's links.
struct LinkLook {
    std::vector<LinkAnswer> answers;
    std::size_t domains = 0;   ///< found in it, without those that are never asked about
    std::size_t left_out = 0;  ///< of these, not asked about: more than one message may ask
    bool cut = false;          ///< as in Links
    [[nodiscard]] std::size_t count(reputation::Status status) const;
};

/// Which of a message's domains are asked about: none that `own` or `ignored` holds, at most `most`. Of more, `salt` chooses, so that a
/// sender cannot put the harmless ones in front. Takes what is not to be asked out of `links.domains`; the number of those left out.
std::size_t choose_links(Links& links, std::span<const DomainName> own, std::span<const DomainName> ignored,
                         std::size_t most, std::uint64_t salt);

/// The least weight of a listing that counts: lists and codes that few receivers look at are noted and change nothing.
inline constexpr int least_link_tier = 2;
/// One finding that names every listed domain, its list and what the entry means.
void judge_links(std::span<const LinkAnswer> answers, Mode mode, Action action, Decision& decision);

}  // namespace postern::policy
