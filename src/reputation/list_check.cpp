// SPDX-License-Identifier: Apache-2.0
#include "reputation/list_check.hpp"

#include <algorithm>

namespace postern::reputation {

ListCheck::ListCheck(const List& list, Subject subject, std::string key, Health health, bool fresh)
    : list_(&list), subject_(std::move(subject)), key_(std::move(key)), health_(std::move(health)), fresh_(fresh) {}

dns::Step<Finding> ListCheck::step(std::span<const dns::Answer> answers) {
    switch (stage_) {
    case Stage::begin: return begin();
    case Stage::asked: return judge_answers(answers);
    case Stage::asked_text: take_text(answers); return finding_;
    case Stage::asked_test_point: judge_test_point(answers.front()); return finding_;
    }
    return finding_;
}

dns::Step<Finding> ListCheck::begin() {
    if (health_.state == Health::State::broken || health_.state == Health::State::unavailable) {
        finding_.verdict.status = health_.state == Health::State::broken ? Status::broken : Status::unknown;
        finding_.verdict.reason = health_.reason;
        return finding_;
    }
    const auto names = names_to_ask(*list_, subject_, key_);
    if (!names) return conclude(Status::not_asked, "list.name_too_long", names.error().message + ".");
    stage_ = Stage::asked;
    dns::Questions questions;
    for (const DomainName& name : *names) questions.push_back({name, dns::Type::a});
    return questions;
}

dns::Step<Finding> ListCheck::judge_answers(std::span<const dns::Answer> answers) {
    // Of two names (an address and its /64) a listing outweighs all, then trouble, then absence.
    dns::Questions texts;
    std::optional<Verdict> trouble;
    bool proven = true;
    std::vector<Hit> hits;
    for (const dns::Answer& answer : answers) {
        finding_.rtt = std::max(finding_.rtt, answer.rtt);
        finding_.resolver = answer.resolver;
        finding_.validation = answer.validation;
        Verdict verdict = judge(*list_, answer);
        if (verdict.status == Status::listed) texts.push_back({answer.question.name, dns::Type::txt});
        if (verdict.status != Status::listed && verdict.status != Status::clean) trouble = verdict;
        proven = proven && verdict.proven;
        hits.insert(hits.end(), verdict.hits.begin(), verdict.hits.end());
    }
    finding_.verdict.hits = std::move(hits);
    if (!texts.empty()) {
        finding_.verdict.status = Status::listed;
        stage_ = Stage::asked_text;
        return texts;
    }
    if (trouble) {
        finding_.verdict = *std::move(trouble);
        return finding_;
    }
    finding_.verdict.status = Status::clean;
    finding_.verdict.proven = proven;
    return proven || (fresh_ && health_.state == Health::State::healthy) ? dns::Step<Finding>(finding_)
                                                                         : confirm_absence();
}

dns::Step<Finding> ListCheck::confirm_absence() {
    const auto names = controls(*list_, subject_.kind(), key_);
    if (health_.state != Health::State::healthy || !names || !names->listed)
        return conclude(
            Status::unknown, "list.unproven",
            "It does not list the subject, but neither its zone's own word nor a test entry proves that it works.");
    stage_ = Stage::asked_test_point;
    return dns::Questions{{*names->listed, dns::Type::a}};
}

void ListCheck::judge_test_point(const dns::Answer& answer) {
    const Verdict verdict = judge(*list_, answer);
    if (verdict.status == Status::listed || !verdict.hits.empty()) return;  // it works: the absence counts
    if (verdict.status == Status::clean)
        (void)conclude(Status::broken, "list.test_point_absent",
                       "It does not list its own test entry any more, so an absence on it says nothing.");
    else finding_.verdict = verdict;
}

void ListCheck::take_text(std::span<const dns::Answer> answers) {
    for (const dns::Answer& answer : answers)
        for (const std::string& text : answer.texts()) {
            if (finding_.text.contains(text)) continue;
            if (!finding_.text.empty()) finding_.text += " | ";
            finding_.text += text;
        }
    if (finding_.text.size() > max_text_octets) finding_.text.resize(max_text_octets);
}

Finding ListCheck::conclude(Status status, std::string_view code, std::string sentence) {
    finding_.verdict.status = status;
    finding_.verdict.reason = Reason{std::string(code), std::move(sentence), {}};
    return finding_;
}

}  // namespace postern::reputation
