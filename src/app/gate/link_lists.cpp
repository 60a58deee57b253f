// SPDX-License-Identifier: Apache-2.0
#include "app/gate/link_lists.hpp"

#include "app/catalogue/load.hpp"
#include "base/contains.hpp"
#include "base/text.hpp"
#include "net/random.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::app {
namespace {

using namespace reputation;
using namespace std::chrono_literals;
using State = Health::State;

constexpr auto health_patience = 5s;
constexpr std::chrono::seconds first_pause = 30s, last_pause = 1h;
constexpr auto tick = 1s;
constexpr std::chrono::seconds longest_kept = 24h;

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

std::uint64_t draw() {
    net::RandomIds random;
    std::uint64_t out = 0;
    for (int i = 0; i < 4; ++i) out = (out << 16) | random.next();
    return out;
}

std::optional<store::ListMemory> open_memory(const std::string& data_dir) {
    if (data_dir.empty()) return std::nullopt;
    auto memory = store::ListMemory::open(data_dir + "/state.db");
    return memory ? std::optional(*std::move(memory)) : std::nullopt;  // this process then counts for itself
}

Health unavailable(std::string_view code, std::string sentence, std::string_view mend = {}) {
    return {State::unavailable, Reason{std::string(code), std::move(sentence), std::string(mend)}};
}

/// How long what was learnt from these answers holds.
std::chrono::seconds least_ttl(std::span<const dns::Answer> answers) {
    auto ttl = longest_kept;
    for (const dns::Answer& answer : answers) ttl = std::min(ttl, answer.is_definite() ? answer.ttl : 0s);
    return ttl;
}

}  // namespace

LinkLists::LinkLists(Serving serving, const Config& config)
    : serving_(std::move(serving)),
      dns_(config.dns),
      patience_(config.gate.link_time),
      own_(config.site.domains),
      ignored_(config.policy.links.ignored),
      most_(config.policy.links.domains),
      salt_(draw()),
      catalogue_(builtin_catalogue()),
      unavailable_(serving_.metrics.gauge("postern_gate_link_lists_unavailable",
                                          "Lists of domains that are not asked, for their health")) {}

Result<std::shared_ptr<LinkLists>> LinkLists::make(Serving serving, const Config& config) {
    std::shared_ptr<LinkLists> lists(new LinkLists(std::move(serving), config));
    if (auto chosen = lists->choose(config); !chosen) return std::unexpected(chosen.error());
    return lists;
}

Result<void> LinkLists::choose(const Config& config) {
    for (const DomainName& zone : config.gate.link_zones) {
        const auto known = catalogue_.find(zone);
        own_lists_.push_back(known && known->part == nullptr ? *known->list : own_zone(zone));
        own_lists_.back().own = true;
    }
    if (own_lists_.empty() || !config.gate.link_lists.empty()) {
        Wishes wishes;
        wishes.named = config.gate.link_lists;
        wishes.keys = config.keys;
        wishes.registered = config.registered;
        wishes.commercial = config.commercial_use;
        auto chosen = select(catalogue_, wishes);
        if (!chosen) return std::unexpected(chosen.error());
        choices_ = *std::move(chosen);
    }
    for (const List& list : own_lists_) choices_.push_back({.list = &list});
    std::erase_if(choices_, [](const Choice& one) {
        return !one.list->takes(Kind::domain) || one.list->role != reputation::Role::block;
    });
    std::map<std::string, std::int64_t, std::less<>> budgets;
    for (const Choice& choice : choices_) {
        if (choice.not_asked) {
            serving_.log(fmt::format("links: {} is not asked: {} {}", choice.list->zone.text(),
                                     choice.not_asked->sentence, choice.not_asked->mend));
            continue;
        }
        asked_.push_back(
            {.choice = choice, .health = unavailable("list.not_looked_at", "Its health is not known yet.")});
        const auto who = catalogue_.operators.find(choice.list->operator_id);
        if (!choice.list->own && who != catalogue_.operators.end()) budgets[who->first] = who->second.daily_budget;
    }
    account_ = std::make_unique<ListAccount>(open_memory(serving_.data_dir), std::move(budgets), now());
    return {};
}

std::string LinkLists::status() const {
    std::string out;
    for (const Asked& one : asked_) out += fmt::format("{}{}", out.empty() ? "" : ", ", one.choice.list->zone.text());
    return out.empty() ? "no list may be asked" : out;
}

LinkLists::Asked& LinkLists::asked_of(const List& list) {
    return *std::ranges::find(asked_, &list, [](const Asked& one) { return one.choice.list; });
}

bool LinkLists::take(const List& list, std::size_t questions) {
    return list.own || account_->take(list.operator_id, questions, now());
}

/// Why a list is not asked about anybody now.
std::optional<Reason> LinkLists::obstacle(const Asked& asked) const {
    if (!resolver_ || closed_) return Reason{"list.no_resolver", "The way to the DNS is not open.", {}};
    if (asked.health.state == State::healthy || asked.health.state == State::unproven) return std::nullopt;
    return asked.health.reason;
}

/// A list that fell silent would hold up every message for the whole time-out: it is left alone until it was looked at again.
void LinkLists::note_answers(Asked& asked, std::span<const dns::Answer> answers) {
    for (const dns::Answer& answer : answers) {
        if (answer.is_definite()) asked.silences = 0;
        else if (answer.outcome != dns::Outcome::not_asked) ++asked.silences;
        if (asked.silences < max_silences || asked.health.state == State::unavailable) continue;
        asked.silences = 0;
        judge_health(asked, unavailable("list.silent", fmt::format("It does not answer: {}.", answer.reason())));
    }
}

void LinkLists::keep_answer(const std::string& key, const Finding& finding, std::chrono::seconds ttl) {
    if (ttl <= 0s) return;
    const auto moment = net::Clock::now();
    if (kept_.size() >= max_kept) std::erase_if(kept_, [&](const auto& one) { return one.second.until <= moment; });
    if (kept_.size() >= max_kept) kept_.erase(kept_.begin());  // any: all of them may be asked for again
    kept_.insert_or_assign(key, Kept{finding.verdict, finding.text, moment + std::min(ttl, longest_kept)});
}

std::vector<LinkLists::Inquiry> LinkLists::begin(const policy::Links& links, policy::LinkLook& look) {
    std::vector<Inquiry> out;
    for (const policy::LinkQuestion& question : policy::link_questions(links, choices_)) {
        const List& list = *question.choice->list;
        Asked& asked = asked_of(list);
        const DomainName& domain = *question.subject.domain();
        std::string key = fmt::format("{} {}", list.zone.text(), domain.text());
        policy::LinkAnswer answer{
            .domain = domain, .zone = list.zone, .verdict = {}, .text = {}, .tier = list.own ? 1 : list.tier};
        if (const auto kept = kept_.find(key); kept != kept_.end() && kept->second.until > net::Clock::now()) {
            answer.verdict = kept->second.verdict;
            answer.text = kept->second.text;
        } else if (auto reason = obstacle(asked)) {
            answer.verdict = {.status = Status::unknown, .hits = {}, .reason = std::move(reason)};
        } else {
            // Its health was judged by this process, so it is as good as seen in this run.
            ListCheck check(list, question.subject, question.choice->key, asked.health, true);
            out.push_back({look.answers.size(), &asked, std::move(check), std::move(key), 0, longest_kept});
        }
        look.answers.push_back(std::move(answer));
    }
    return out;
}

bool LinkLists::step(Inquiry& inquiry, std::span<const dns::Answer> answers, policy::LinkLook& look,
                     dns::Questions& questions) {
    note_answers(*inquiry.asked, answers);
    inquiry.ttl = std::min(inquiry.ttl, least_ttl(answers));
    auto step = inquiry.check.step(answers);
    policy::LinkAnswer& answer = look.answers[inquiry.answer];
    if (auto* finding = std::get_if<Finding>(&step)) {
        finding->verdict = restricted_to(std::move(finding->verdict), inquiry.asked->choice.parts);
        keep_answer(inquiry.key, *finding, inquiry.ttl);
        answer.verdict = std::move(finding->verdict);
        answer.text = std::move(finding->text);
        return false;
    }
    auto& wanted = std::get<dns::Questions>(step);
    if (!take(*inquiry.asked->choice.list, wanted.size())) {
        answer.verdict = {.status = Status::not_asked,
                          .hits = {},
                          .reason = Reason{"list.over_budget", "The operator's daily budget is spent.", {}}};
        return false;
    }
    inquiry.questions = wanted.size();
    questions.insert(questions.end(), std::make_move_iterator(wanted.begin()), std::make_move_iterator(wanted.end()));
    return true;
}

net::Task<policy::LinkLook> LinkLists::ask(policy::Links links) {
    policy::LinkLook look;
    look.cut = links.cut;
    look.left_out = policy::choose_links(links, own_, ignored_, most_, salt_);
    look.domains = links.domains.size() + look.left_out;
    const auto deadline = net::Clock::now() + patience_;
    std::vector<Inquiry> inquiries = begin(links, look);
    std::vector<dns::Answer> answers;
    for (;;) {
        dns::Questions questions;
        std::vector<Inquiry> going_on;
        std::span<const dns::Answer> rest(answers);
        for (Inquiry& one : inquiries) {
            const auto mine = rest.first(one.questions);
            rest = rest.subspan(one.questions);
            if (step(one, mine, look, questions)) going_on.push_back(std::move(one));
        }
        inquiries = std::move(going_on);
        if (inquiries.empty()) co_return look;
        answers = co_await resolver_->ask_all(std::move(questions), deadline);
    }
}

void LinkLists::judge_health(Asked& asked, Health health) {
    const std::string_view zone = asked.choice.list->zone.text();
    const bool usable = health.state == State::healthy || health.state == State::unproven;
    const auto moment = net::Clock::now();
    if (health.state == State::unavailable) {
        asked.pause = asked.pause == 0s ? first_pause : std::min(asked.pause * 2, last_pause);
        asked.due = moment + asked.pause;
    } else {
        asked.pause = 0s;
        asked.due = moment + remember_for(health, *asked.choice.list);
    }
    std::string told = usable ? fmt::format("links: {} is asked", zone)
                              : fmt::format("links: {} is not asked: {} {}", zone, printable(health.reason->sentence),
                                            printable(health.reason->mend));
    if (told != asked.told) serving_.log(told);
    asked.told = std::move(told);
    asked.health = std::move(health);
    unavailable_.set(std::ranges::count_if(asked_, [](const Asked& one) {
        return one.health.state == State::broken || one.health.state == State::unavailable;
    }));
}

net::Task<> LinkLists::look_at_health() {
    struct Look {
        Asked* asked;
        HealthCheck check;
        std::size_t questions;
    };
    std::vector<Look> looks;
    dns::Questions questions;
    for (Asked& asked : asked_) {
        if (asked.due > net::Clock::now()) continue;
        const List& list = *asked.choice.list;
        HealthCheck check(list, Kind::domain, asked.choice.key);
        auto step = check.step({});
        if (auto* known = std::get_if<Health>(&step)) {
            judge_health(asked, std::move(*known));
            continue;
        }
        auto& wanted = std::get<dns::Questions>(step);
        if (!take(list, wanted.size())) {
            judge_health(asked, unavailable("list.over_budget", "The operator's daily budget is spent."));
            continue;
        }
        looks.push_back({&asked, std::move(check), wanted.size()});
        questions.insert(questions.end(), std::make_move_iterator(wanted.begin()),
                         std::make_move_iterator(wanted.end()));
    }
    if (looks.empty()) co_return;
    const auto answers = co_await resolver_->ask_all(std::move(questions), net::Clock::now() + health_patience);
    std::span<const dns::Answer> rest(answers);
    for (Look& look : looks) {
        auto step = look.check.step(rest.first(look.questions));
        rest = rest.subspan(look.questions);
        if (auto* health = std::get_if<Health>(&step)) judge_health(*look.asked, std::move(*health));
    }
}

net::Task<> LinkLists::keep(std::shared_ptr<LinkLists> lists) {
    net::Timer pause(lists->serving_.loop.executor());
    // When this is the last holder, no conversation may ask any more.
    while (!lists->asked_.empty() && (!lists->retired_ || lists.use_count() > 1)) {
        net::Clock::duration length = tick;
        if (!lists->resolver_) {
            auto resolver = co_await net::open_resolver(lists->serving_.loop, lists->dns_);
            if (resolver) lists->resolver_ = *std::move(resolver);
            else {
                lists->serving_.log("links: no list can be asked, the next try is in a minute: " +
                                    resolver.error().message);
                length = 1min;
            }
        }
        if (lists->resolver_ && !lists->retired_) co_await lists->look_at_health();
        pause.expires_after(length);
        const auto [stopped] = co_await pause.async_wait(net::as_values);
        if (stopped) break;
    }
    lists->closed_ = true;
    if (lists->resolver_) co_await lists->resolver_->close();
}

}  // namespace postern::app
