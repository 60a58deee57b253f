// SPDX-License-Identifier: Apache-2.0
#include "gate/gate_record.hpp"

#include "base/text.hpp"
#include "policy/attachments.hpp"
#include "policy/sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace postern::gate {
namespace {

using Kind = wire::ScanVerdict::Kind;
using reputation::Status;

constexpr const char* links_help = "Domains of links, a list each, by what the list said";

/// A value of the line: quoted, without a way out of its quotes.
std::string quoted(std::string_view text) {
    std::string out = printable(text, 256);
    std::ranges::replace(out, '"', '\'');
    return '"' + out + '"';
}

std::string_view scan_word(const policy::MessageFacts& facts) {
    if (!facts.scan) return "off";
    if (facts.scan->kind == Kind::clean) {
        // The scanner says OK of what it cannot open, too.
        const std::string_view unseen = facts.mime == nullptr ? "" : policy::unseen_in(*facts.mime);
        return unseen.empty() ? "clean" : unseen;
    }
    return facts.scan->kind == Kind::infected ? "infected" : facts.scan->code;
}

/// How many domains, "+" when there may be more, and what the lists said of them.
std::string links_word(const policy::LinkLook& look) {
    const std::size_t listed = look.count(Status::listed), clean = look.count(Status::clean);
    return fmt::format("{}{} links_listed={} links_clean={} links_unknown={} links_left_out={}", look.domains,
                       look.cut ? "+" : "", listed, clean, look.answers.size() - listed - clean, look.left_out);
}

bool would_something(const policy::Decision& decision) {
    return std::ranges::any_of(decision.findings(), [](const policy::Finding& one) {
        return one.would && one.action != policy::Action::accept;
    });
}

/// The finding that an event is about: the deciding one, else the gravest that would have, else one that only tells.
const policy::Finding* subject(const policy::Decision& decision) {
    if (const policy::Finding* deciding = decision.deciding()) return deciding;
    const policy::Finding* gravest = nullptr;
    for (const policy::Finding& one : decision.findings())
        if (gravest == nullptr || one.action > gravest->action) gravest = &one;
    return gravest;
}

bool is_outbound_hit(const GateNote& note, const policy::Finding& finding) {
    return note.session->direction() == policy::Direction::outbound && finding.measure == "M1" &&
           note.facts != nullptr && finding.code != "m1.scanner.silent" && finding.action >= policy::Action::hold;
}

/// Somebody's account does what it never did, told once (policy/ceilings.hpp).
const policy::Finding* alert_in(const policy::Decision& decision) {
    const auto& all = decision.findings();
    const auto found = std::ranges::find(all, "mc.ceiling.alert", &policy::Finding::code);
    return found == all.end() ? nullptr : &*found;
}

/// Who stands behind a filter's server, for those who read of the message; "" if nobody does.
std::string behind_filter(const GateNote& note) {
    if (note.facts == nullptr || note.facts->message == nullptr || !note.session->from_filter()) return {};
    const auto ip = policy::client_behind_filter(*note.facts->message, note.session->settings().sources);
    return ip ? ip->to_string() : "unknown";
}

store::Event event_of(const GateNote& note, const policy::Finding& finding, Instant now) {
    const policy::SessionPolicy& session = *note.session;
    const bool hit = is_outbound_hit(note, finding);
    const policy::Finding* alert = alert_in(*note.decision);
    const bool incident = hit || alert != nullptr;
    store::Event event;
    event.at = now;
    event.kind = incident ? "gate.incident" : fmt::format("gate.{}", note.stage);
    event.measure = finding.measure;
    event.severity = incident                                                    ? "incident"
                     : finding.would || finding.action == policy::Action::accept ? "info"
                                                                                 : "notice";
    event.verdict = to_string(finding.action);
    event.rule = finding.code;
    event.account = session.login();
    event.ip = session.client().ip ? session.client().ip->to_string() : "";
    event.host = session.client().name;
    event.would = finding.would;
    event.sentence = hit ? fmt::format("{} sent what must not leave: {} ({})", session.accountable(), finding.sentence,
                                       finding.evidence)
                     : alert != nullptr ? fmt::format("{} ({})", alert->sentence, alert->evidence)
                                        : finding.sentence;
    event.details = {{"direction", to_string(session.direction())},
                     {"helo", json::text(session.helo_name())},
                     {"sender", json::text(session.envelope().sender.text())},
                     {"queue_id", json::text(note.queue_id)},
                     {"message_id", json::text(note.message_id)},
                     {"evidence", json::text(finding.evidence)}};
    if (const std::string client = behind_filter(note); !client.empty())
        event.details["behind_filter"] = json::text(client);
    json::array recipients;
    if (!note.address.empty()) recipients.push_back(json::text(note.address));
    for (const MailAddress& one : session.envelope().recipients)
        if (recipients.size() < 20) recipients.push_back(json::text(one.text()));
    event.details["recipients"] = std::move(recipients);
    return event;
}

}  // namespace

GateRecord::GateRecord(Hooks hooks, store::Metrics& metrics)
    : conversations(metrics.gauge("postern_gate_conversations", "Conversations with mail servers under way")),
      faults(metrics.counter("postern_gate_faults_total",
                             "Conversations that ended without a verdict, by our or the mail server's fault")),
      unscanned(metrics.counter("postern_gate_scans_total", "Messages by what the virus scanner said",
                                {{"result", "unscanned"}})),
      scanned(metrics.counter("postern_gate_scans_total", "Messages by what the virus scanner said",
                              {{"result", "scanned"}})),
      silent_scanner(
          metrics.counter("postern_gate_silent_engines_total", "Questions without an answer", {{"engine", "clamd"}})),
      silent_filter(
          metrics.counter("postern_gate_silent_engines_total", "Questions without an answer", {{"engine", "rspamd"}})),
      hooks_(std::move(hooks)),
      links_listed_(metrics.counter("postern_gate_links_total", links_help, {{"result", "listed"}})),
      links_clean_(metrics.counter("postern_gate_links_total", links_help, {{"result", "clean"}})),
      links_unknown_(metrics.counter("postern_gate_links_total", links_help, {{"result", "unknown"}})) {
    for (std::size_t i = 0; i < verdicts_.size(); ++i)
        verdicts_[i] = &metrics.counter("postern_gate_verdicts_total", "Decisions by verdict",
                                        {{"verdict", std::string(to_string(static_cast<policy::Action>(i)))}});
    would_ = &metrics.counter("postern_gate_would_total",
                              "Messages and recipients that a measure in observe would have stopped");
}

std::string GateRecord::note(const GateNote& note) {
    const policy::Decision& decision = *note.decision;
    const policy::Action action = decision.action();
    verdicts_[static_cast<std::size_t>(action)]->add();
    const bool would = would_something(decision);
    if (would) would_->add();
    std::string id;
    if (const policy::Finding* finding = subject(decision)) id = hooks_.note(event_of(note, *finding, hooks_.now()));
    const policy::SessionPolicy& session = *note.session;
    fmt::memory_buffer line;
    const auto out = std::back_inserter(line);
    fmt::format_to(out, "gate: stage={} verdict={} direction={} queue={} client={} name={} helo={} login={} from={}",
                   note.stage, to_string(action), to_string(session.direction()), quoted(note.queue_id),
                   session.client().ip ? session.client().ip->to_string() : "local", quoted(session.client().name),
                   quoted(session.helo_name()), quoted(session.login()), quoted(session.envelope().sender.text()));
    if (!note.address.empty()) fmt::format_to(out, " to={}", quoted(note.address));
    if (note.facts != nullptr) {
        fmt::format_to(out, " recipients={} size={} scan={}", session.envelope().recipients.size(), note.facts->octets,
                       scan_word(*note.facts));
        if (const std::string behind = behind_filter(note); !behind.empty())
            fmt::format_to(out, " behind_filter={}", behind);
        if (note.facts->spam) fmt::format_to(out, " spam={:.1f}", note.facts->spam->score);
        if (note.facts->links) fmt::format_to(out, " links={}", links_word(*note.facts->links));
    }
    for (const policy::Finding& one : decision.findings())
        fmt::format_to(out, " {}={}{}", one.code, one.would ? "would-" : "", to_string(one.action));
    if (!id.empty()) fmt::format_to(out, " event={}", id);
    hooks_.log({line.data(), line.size()});
    return id;
}

void GateRecord::fault(std::string_view doing, const Error& error) {
    faults.add();
    hooks_.log(fmt::format("gate: a mail server was left without a verdict while {}: {} ({})", doing, error.message,
                           error.code));
}

void GateRecord::count_links(const policy::LinkLook& look) {
    const std::size_t listed = look.count(Status::listed), clean = look.count(Status::clean);
    links_listed_.add(static_cast<std::int64_t>(listed));
    links_clean_.add(static_cast<std::int64_t>(clean));
    links_unknown_.add(static_cast<std::int64_t>(look.answers.size() - listed - clean));
}

policy::SenderCounts GateRecord::count(const policy::SessionPolicy& session) {
    std::vector<std::string> recipients;
    for (const MailAddress& one : session.envelope().recipients) recipients.push_back(one.text());
    const std::lock_guard lock(mutex_);
    return senders_.add(session.accountable(), recipients, hooks_.now());
}

}  // namespace postern::gate
