// SPDX-License-Identifier: Apache-2.0
#include "gate/milter_conversation.hpp"

#include "base/ascii_case.hpp"
#include "policy/attachments.hpp"
#include "policy/masquerade.hpp"
#include "policy/sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::gate {
namespace {

using Kind = wire::MilterEvent::Kind;
using policy::Action;

constexpr std::uint32_t actions_wanted = wire::MilterAction::add_header | wire::MilterAction::change_header |
                                         wire::MilterAction::change_sender | wire::MilterAction::quarantine;

/// "Tue, 24 Nov 2026 09:30:00 +0000" (RFC 5322 3.3)
std::string mail_date(Instant now) {
    constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
    return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000", days[std::chrono::weekday(day).c_encoding()],
                       static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                       time.seconds().count());
}

/// A milter folds by LF alone.
std::string folded_for_milter(std::string value) {
    std::erase(value, '\r');
    return value;
}

/// A field as the change leaves it: CRLF and a blank behind the colon, as the mail server will write it.
wire::HeaderField as_changed(const wire::MilterHeaderChange& change) {
    std::string value;
    for (const char c : change.value) value += c == '\n' ? "\r\n" : std::string(1, c);
    return {fmt::format("{}: {}\r\n", change.name, value), lowered(change.name)};
}

}  // namespace

MilterConversation::MilterConversation(net::Executor executor, net::Stream stream,
                                       std::shared_ptr<const GateRules> rules,
                                       std::shared_ptr<net::RspamdClient> rspamd, net::SpoolRoom& room,
                                       GateRecord& record, GateMemory& memory)
    : executor_(executor),
      stream_(std::move(stream)),
      rules_(std::move(rules)),
      rspamd_(std::move(rspamd)),
      record_(record),
      memory_(memory),
      server_({.headers = true, .body = reads_bodies(*rules_), .sender_answer = false, .actions = actions_wanted}),
      spool_(room) {}

void MilterConversation::drain() {
    draining_ = true;
    if (wait_ == Wait::reading && !server_.in_message()) stream_.close();
}

void MilterConversation::end_if_idle(net::Clock::time_point now) {
    if (wait_ != Wait::none && now - heard_ > rules_->idle) stream_.close();
}

net::Task<> MilterConversation::run() {
    while (!draining_ || server_.in_message()) {
        heard_ = net::Clock::now();
        wait_ = Wait::reading;
        const auto octets = co_await stream_.read_some();
        wait_ = Wait::none;
        if (!octets || octets->empty()) co_return;  // gone: without a verdict, what it sent last is still its own
        std::string_view rest = *octets;
        for (;;) {
            const auto event = server_.next(rest);
            if (!event) {
                record_.fault("it spoke", event.error());
                co_return;
            }
            if (event->kind == Kind::more) break;
            if (event->kind == Kind::closed) co_return;
            if (hear(*event)) continue;
            server_.keep(rest);  // from here on others read into the same buffer
            co_await judge();
        }
        if (!server_.has_output()) {
            stream_.acknowledge();
            continue;
        }
        wait_ = Wait::writing;
        const auto written = co_await stream_.write(server_.take_output());
        if (!written) co_return;
    }
}

/// False: the message is whole and has to be judged.
bool MilterConversation::hear(const wire::MilterEvent& event) {
    switch (event.kind) {
    case Kind::sender: on_sender(); break;
    case Kind::recipient: on_recipient(event.first); break;
    case Kind::header: keep_header(event.first, event.second); break;
    case Kind::end_of_headers:
        gathered_.header_octets = gathered_.octets;
        keep("\r\n");
        break;
    case Kind::body: keep(event.first); break;
    case Kind::message: return false;
    case Kind::forgotten: begin(); break;
    case Kind::new_connection: session_.reset(); break;
    case Kind::more:
    case Kind::closed: break;
    }
    return true;
}

void MilterConversation::begin() {
    gathered_ = {};
    spool_.clear();
    if (session_) session_->reset();
}

policy::Client MilterConversation::client() const {
    const wire::MilterClient& seen = server_.client();
    policy::Client out{seen.address, seen.host, seen.daemon_name, false};
    // Postfix gives a program of its own host (sendmail, pickup) as 127.0.0.1 with port 0, which no connection has.
    if (seen.address && seen.port == 0 && seen.address->to_string() == "127.0.0.1") out.ip.reset();
    for (const std::string& listener : rules_->submission)
        out.submission = out.submission || listener == seen.daemon_name || listener == seen.daemon_port;
    return out;
}

void MilterConversation::on_sender() {
    begin();
    const wire::MilterEnvelope& envelope = server_.envelope();
    session_.emplace(rules_->policy, client());
    policy::Decision decision = session_->connect(record_.now(), envelope.login);
    decision.merge(session_->helo(server_.client().helo, envelope.login));
    decision.merge(session_->mail(envelope.sender, envelope.login));
    if (decision.action() != Action::refuse && decision.action() != Action::defer) {
        gathered_.decision = std::move(decision);
        return server_.proceed();
    }
    const std::string event = record_.note({"mail", &*session_, &decision, envelope.queue_id, {}, nullptr, {}});
    server_.refuse(*decision.refusal(event));
}

void MilterConversation::on_recipient(std::string_view path) {
    policy::Decision decision = session_->recipient(path);
    if (decision.action() != Action::refuse && decision.action() != Action::defer) {
        gathered_.decision.merge(std::move(decision));
        return server_.proceed();
    }
    const std::string event =
        record_.note({"recipient", &*session_, &decision, server_.envelope().queue_id, path, nullptr, {}});
    server_.refuse(*decision.refusal(event));
}

void MilterConversation::keep_header(std::string_view name, std::string_view value) {
    line_.assign(name);
    line_ += server_.granted(wire::MilterStep::leading_space) ? ":" : ": ";
    for (std::size_t end = value.find('\n'); end != value.npos; end = value.find('\n')) {
        line_ += value.substr(0, end > 0 && value[end - 1] == '\r' ? end - 1 : end);
        line_ += "\r\n";
        value.remove_prefix(end + 1);
    }
    line_ += value;
    line_ += "\r\n";
    keep(line_);
}

void MilterConversation::keep(std::string_view octets) {
    gathered_.octets += octets.size();
    if (gathered_.not_kept || gathered_.octets > rules_->policy.limits.message_octets) return;
    if (auto kept = spool_.append(octets); !kept) gathered_.not_kept = kept.error();
}

net::Task<> MilterConversation::judge() {
    if (gathered_.not_kept) {
        record_.fault("a message was kept", *gathered_.not_kept);
        server_.refuse(wire::SmtpRefusal::temporary("the filter has no room for this message; please try again later"));
        begin();
        co_return;
    }
    const bool whole = gathered_.octets <= rules_->policy.limits.message_octets;
    const auto octets = spool_.whole();
    if (!octets) {
        record_.fault("a message was read again", octets.error());
        server_.refuse(wire::SmtpRefusal::temporary("the filter could not read this message; please try again later"));
        begin();
        co_return;
    }
    const std::size_t header_end = std::min<std::size_t>(
        gathered_.header_octets != 0 ? gathered_.header_octets : gathered_.octets, octets->size());
    const auto message = wire::parse_message(std::string(octets->substr(0, header_end)) + "\r\n");
    std::optional<wire::MimeWalk> mime;
    policy::MessageFacts facts;
    facts.octets = gathered_.octets;
    if (message) facts.message = &*message;
    if (whole && reads_bodies(*rules_)) {
        mime = wire::walk_mime(*octets,
                               {.depth = rules_->policy.limits.mime_depth, .parts = rules_->policy.limits.mime_parts});
        facts.mime = &*mime;
        co_await ask_engines(facts, *octets);
        if (rules_->links) co_await ask_link_lists(facts, *octets);
    }
    policy::SenderCounts counts;
    if (session_->direction() == policy::Direction::outbound) counts = record_.count(*session_);
    if (!session_->login().empty())
        facts.senders = memory_.standing(session_->login(),
                                         policy::senders_of(session_->envelope().sender, facts.message), record_.now());
    policy::Decision decision = std::move(gathered_.decision);
    decision.merge(session_->message(facts, counts));
    answer(std::move(decision), facts, octets->substr(std::min(octets->size(), header_end + 2)));
    begin();
}

net::Task<> MilterConversation::ask_engines(policy::MessageFacts& facts, std::string_view octets) {
    if (rules_->clamd) {
        net::ClamdClient clamd(executor_, *rules_->clamd);
        const auto deadline = net::Clock::now() + rules_->scan_time;
        if (clamd.local()) {
            const auto file = spool_.descriptor();
            facts.scan = file ? co_await clamd.scan_descriptor(*file, deadline)
                              : wire::ScanVerdict::unscannable("scan.error", file.error().message);
        } else {
            const std::string copy(octets);
            facts.scan = co_await clamd.scan(copy, deadline);
        }
        const bool looked = facts.scan->kind != wire::ScanVerdict::Kind::unscannable &&
                            (facts.mime == nullptr || policy::unseen_in(*facts.mime).empty());
        (looked ? record_.scanned : record_.unscanned).add();
        if (facts.scan->code == "scan.no_answer") record_.silent_scanner.add();
    }
    if (!rspamd_) co_return;
    const auto spam =
        co_await rspamd_->check(std::string(octets), spam_query(facts.message), net::Clock::now() + rules_->spam_time);
    if (spam) facts.spam = *spam;
    else facts.spam_fault = spam.error().message;
    if (!spam) record_.silent_filter.add();
}

net::Task<> MilterConversation::ask_link_lists(policy::MessageFacts& facts, std::string_view octets) {
    const auto message = wire::parse_message(octets);
    if (!message) co_return;  // its header cannot be read, which is a finding of its own
    facts.links = co_await rules_->links->ask(policy::find_links(*message));
    record_.count_links(*facts.links);
}

void MilterConversation::learn(const policy::Decision& decision, const policy::MessageFacts& facts) {
    const Action action = decision.action();
    if (session_->direction() != policy::Direction::outbound || action == Action::refuse || action == Action::defer)
        return;
    if (!session_->login().empty() && policy::teaches(decision))
        memory_.learn(session_->login(), facts.senders, record_.now());
    if (rules_->masquerade.empty() || facts.message == nullptr) return;
    const policy::MasqueradeDomains domains{rules_->masquerade, memory_.confirmed()};
    memory_.see(policy::masquerade_sight(session_->envelope().sender, *facts.message, domains), domains,
                session_->accountable(), record_.now());
}

wire::SpamQuery MilterConversation::spam_query(const wire::Message* message) const {
    const wire::MilterClient& from = server_.client();
    wire::SpamQuery query;
    if (session_->client().ip) query.client_ip = session_->client().ip->to_string();
    query.client_name = from.host;
    query.helo = from.helo;
    // Behind a filter the real client is the one that the filter's own Received line names; what it called itself is not known.
    if (session_->from_filter() && message != nullptr)
        if (const auto real = policy::client_behind_filter(*message, rules_->policy.sources)) {
            query.client_ip = real->to_string();
            query.client_name.clear();
            query.helo.clear();
        }
    query.sender = session_->envelope().sender.text();
    query.login = session_->login();
    query.queue_id = server_.envelope().queue_id;
    query.tls_version = from.tls_version;
    for (const MailAddress& one : session_->envelope().recipients) query.recipients.push_back(one.text());
    return query;
}

wire::MilterChanges MilterConversation::changes_for(const policy::Decision& decision, const policy::MessageFacts& facts,
                                                    const std::string& event) const {
    using Change = wire::MilterHeaderChange;
    wire::MilterChanges out;
    const Action action = decision.action();
    if (action == Action::hold)
        out.quarantine = wire::SmtpRefusal::temporary(
                             fmt::format("{} ({} {})", decision.deciding()->sentence, decision.deciding()->code, event))
                             .line()
                             .substr(10);
    if (action == Action::tag || action == Action::hold)
        out.headers.push_back(
            {Change::Kind::add, 0, "X-Postern-Tag", fmt::format("{} {}", decision.deciding()->code, event)});
    if (session_->direction() != policy::Direction::outbound || facts.message == nullptr) return out;
    const Instant now = record_.now();
    const std::string id =
        fmt::format("<{}.{}@{}>", now.time_since_epoch().count(), server_.envelope().queue_id,
                    rules_->policy.site.domains.empty() ? "localhost" : rules_->policy.site.domains.front().text());
    policy::MasqueradeDomains domains{rules_->masquerade, {}};
    if (!domains.all.empty()) domains.confirmed = memory_.confirmed();
    const policy::Changes wanted =
        policy::outgoing_changes(session_->envelope().sender, *facts.message, domains,
                                 rules_->policy.identity.add_missing_fields, id, mail_date(now));
    if (wanted.sender) out.sender = fmt::format("<{}>", *wanted.sender);
    for (const policy::FieldChange& field : wanted.changed)
        out.headers.push_back({Change::Kind::change, static_cast<std::uint32_t>(field.index), field.name,
                               folded_for_milter(field.value)});
    for (const policy::FieldChange& field : wanted.added)
        out.headers.push_back({Change::Kind::add, 0, field.name, folded_for_milter(field.value)});
    return out;
}

Result<void> MilterConversation::sign(const wire::Message& message, std::string_view body,
                                      wire::MilterChanges& changes) const {
    using Change = wire::MilterHeaderChange;
    std::vector<wire::HeaderField> fields = message.fields;
    for (const Change& change : changes.headers) {
        wire::HeaderField made = as_changed(change);
        if (change.kind != Change::Kind::change) {
            fields.push_back(std::move(made));
            continue;
        }
        std::uint32_t index = 0;
        for (wire::HeaderField& field : fields)
            if (field.name == made.name && ++index == change.index) field = made;
    }
    const auto from = std::ranges::find(fields, "from", &wire::HeaderField::name);
    const auto authors = from == fields.end() ? std::vector<std::string>{} : wire::mailboxes(from->value());
    const auto author = authors.empty() ? Result<MailAddress>(fail("", "")) : MailAddress::parse(authors.front());
    if (!author || !author->domain()) return {};
    for (const identity::DkimSigner& signer : rules_->signers) {
        if (!author->domain()->is_within(signer.domain())) continue;
        auto field = signer.sign(fields, body, record_.now());
        if (!field) return std::unexpected(field.error());
        constexpr std::string_view name = "DKIM-Signature: ";
        changes.headers.push_back({Change::Kind::insert, 0, "DKIM-Signature",
                                   folded_for_milter(field->substr(name.size(), field->size() - name.size() - 2))});
    }
    return {};
}

void MilterConversation::answer(policy::Decision decision, const policy::MessageFacts& facts, std::string_view body) {
    std::string message_id;
    if (facts.message != nullptr)
        if (const wire::HeaderField* field = facts.message->first("message-id")) message_id = field->value();
    const std::string event =
        record_.note({"message", &*session_, &decision, server_.envelope().queue_id, {}, &facts, message_id});
    learn(decision, facts);
    if (const auto refusal = decision.refusal(event)) return server_.refuse(*refusal);
    wire::MilterChanges changes = changes_for(decision, facts, event);
    const bool whole = facts.octets <= rules_->policy.limits.message_octets;
    if (session_->direction() == policy::Direction::outbound && facts.message != nullptr && whole)
        if (const auto signed_now = sign(*facts.message, body, changes); !signed_now) {
            record_.fault("a message was signed", signed_now.error());
            return server_.refuse(
                wire::SmtpRefusal::temporary("the message could not be signed; please try again later"));
        }
    if (auto done = server_.finish(changes); !done) record_.fault("a message was changed", done.error());
}

}  // namespace postern::gate
