// SPDX-License-Identifier: Apache-2.0
// Asks lists of domains about the links of messages (M3), as a good neighbour of their operators.
//
// A list's health is looked at beside the messages, never within one: a list that is silent, refuses (a public resolver, a limit that is
// reached) or lists the world is not asked about anybody, and its word is unknown, with its reason told once. What a list said is kept for
// the time its zone grants. Each operator's daily budget is kept, together with all other programs here (app/lists/account.hpp); lists of
// the site's own have none. A message waits for all lists together at most `[links] timeout`, and what was not said by then is unknown:
// never clean, never a reason to refuse.
#pragma once

#include "app/lists/account.hpp"
#include "app/serve/role.hpp"
#include "gate/link_asker.hpp"
#include "net/resolver.hpp"
#include "reputation/list_check.hpp"
#include "reputation/selection.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace postern::app {

class LinkLists final : public gate::LinkAsker {
public:
    static constexpr std::size_t max_kept = 20'000;  ///< answers
    static constexpr int max_silences =
        3;  ///< questions without an answer, one after the other, before a list is left alone

    /// Errors: those of reputation::select.
    [[nodiscard]] static Result<std::shared_ptr<LinkLists>> make(Serving serving, const Config& config);

    [[nodiscard]] net::Task<policy::LinkLook> ask(policy::Links links) override;

    /// Opens the way to the DNS and looks after the lists' health, until cancelled, or retired and nobody else holds `lists`.
    static net::Task<> keep(std::shared_ptr<LinkLists> lists);
    /// New settings have come: conversations that hold this one may still ask.
    void retire() { retired_ = true; }
    /// "dbl.spamhaus.org, multi.surbl.org"
    [[nodiscard]] std::string status() const;

private:
    struct Asked {
        reputation::Choice choice;
        reputation::Health health;
        net::Clock::time_point due{};  // when its health is looked at again
        std::chrono::seconds pause{};  // between looks while it is unavailable
        int silences = 0;
        std::string told;  // the last that was said of its health
    };
    struct Kept {
        reputation::Verdict verdict;
        std::string text;
        net::Clock::time_point until{};
    };
    /// One list asked about one domain, in step with all others of the message.
    struct Inquiry {
        std::size_t answer;  // its place in the look
        Asked* asked;
        reputation::ListCheck check;
        std::string key;
        std::size_t questions = 0;  // of the round under way
        std::chrono::seconds ttl;
    };

    LinkLists(Serving serving, const Config& config);
    [[nodiscard]] Result<void> choose(const Config& config);
    [[nodiscard]] Asked& asked_of(const reputation::List& list);
    [[nodiscard]] bool take(const reputation::List& list, std::size_t questions);
    [[nodiscard]] std::optional<reputation::Reason> obstacle(const Asked& asked) const;
    /// What is kept or cannot be asked goes into the look at once; the rest is to be asked.
    [[nodiscard]] std::vector<Inquiry> begin(const policy::Links& links, policy::LinkLook& look);
    /// False: it has come to its end, which stands in the look.
    [[nodiscard]] bool step(Inquiry& inquiry, std::span<const dns::Answer> answers, policy::LinkLook& look,
                            dns::Questions& questions);
    void note_answers(Asked& asked, std::span<const dns::Answer> answers);
    void keep_answer(const std::string& key, const reputation::Finding& finding, std::chrono::seconds ttl);
    void judge_health(Asked& asked, reputation::Health health);
    net::Task<> look_at_health();

    Serving serving_;
    net::ResolverOptions dns_;
    std::chrono::milliseconds patience_;
    std::vector<DomainName> own_, ignored_;
    std::size_t most_;
    std::uint64_t salt_;
    reputation::Catalogue catalogue_;
    std::vector<reputation::List> own_lists_;
    std::vector<reputation::Choice> choices_;
    std::vector<Asked> asked_;  // of the choices that may be asked
    std::unique_ptr<ListAccount> account_;
    std::unique_ptr<net::Resolver> resolver_;  // nothing before it is open
    std::unordered_map<std::string, Kept> kept_;
    bool retired_ = false, closed_ = false;
    store::Series& unavailable_;
};

}  // namespace postern::app
