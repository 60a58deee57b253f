// SPDX-License-Identifier: Apache-2.0
// postern case evidence: an operator saw something at a time, perhaps from a port; which machine or account was it?
#include "app/casework/case_command.hpp"
#include "app/cli/shared_options.hpp"
#include "app/collect/logs.hpp"
#include "app/trap/trap_command.hpp"
#include "app/trap/trap_report.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "egress/offender_json.hpp"
#include "egress/offender_judgement.hpp"
#include "evidence/connection_log.hpp"
#include "evidence/scan.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <map>

namespace postern::app {
namespace {

using evidence::Connection;

/// Clocks differ, and operators round.
constexpr auto default_window = std::chrono::minutes(5);

struct Question {
    Instant at;
    std::chrono::milliseconds window = default_window;
    std::optional<std::uint16_t> port;
};

struct Suspect {
    Connection connection;
    Instant at;
    std::uint64_t count = 0;
};

struct Answer {
    std::map<std::string, Suspect> machines;  // by address
    std::vector<egress::Offender> trapped;    // whose time on the trap's record holds the moment
    std::uint64_t firewall_lines = 0;         // of connections within the window
    evidence::MailLogFindings mail;
    std::vector<std::string> faults;
};

Result<Instant> parse_time(const std::string& text) {
    std::string with_end = text + " ";
    std::string_view rest = with_end;
    evidence::LogClock clock(Instant{}, std::chrono::minutes(0));
    const auto stamp = clock.take(rest);
    if (!stamp || stamp->form == evidence::LogClock::Form::syslog || !evidence::trimmed(rest).empty())
        return fail("usage", "is written 2026-11-24T09:30:00Z");
    return stamp->at;
}

Result<Question> read_question(const Invocation& invocation, bool trap_here) {
    Question out;
    const auto text = invocation.value("--at");
    if (!text) return fail("usage", "--at is needed: the time that the operator names, such as 2026-11-24T09:30:00Z");
    const auto at = parse_time(*text);
    if (!at) return std::unexpected(bad_option("--at", *text, at.error().message).error());
    out.at = *at;
    if (const auto length = invocation.value("--window")) {
        const auto window = parse_duration(*length);
        if (!window || *window > std::chrono::hours(24))
            return std::unexpected(
                bad_option("--window", *length, window ? "is at most 24h" : window.error().message).error());
        out.window = *window;
    }
    if (const auto port = invocation.value("--src-port")) {
        std::uint16_t number = 0;
        const auto [end, fault] = std::from_chars(port->data(), port->data() + port->size(), number);
        if (fault != std::errc{} || end != port->data() + port->size() || number == 0)
            return std::unexpected(bad_option("--src-port", *port, "is a port from 1 to 65535").error());
        out.port = number;
    }
    if (!invocation.has("--logs") && !invocation.has("--firewall-log") && !trap_here)
        return fail("usage", "--firewall-log FILE or --logs FILE is needed: the records of that time");
    return out;
}

Answer search(const Invocation& invocation, const Question& question) {
    Answer out;
    const auto zone = local_zone(question.at);
    const auto near = [&](Instant at) {
        return at >= question.at - question.window && at <= question.at + question.window;
    };
    for (const std::string& path : invocation.values("--firewall-log")) {
        evidence::LogClock clock(question.at + question.window, zone);
        std::string fault = each_log_line(path, [&](std::string_view line) {
            const auto stamp = clock.take(line);
            const auto connection = stamp && near(stamp->at) ? evidence::read_connection_line(line) : std::nullopt;
            if (!connection || connection->destination_port != 25) return;
            ++out.firewall_lines;
            if (question.port && !connection->seen_as(*question.port)) return;
            if (out.machines.size() >= 1'000) return;
            Suspect& suspect = out.machines[connection->source.to_string()];
            if (suspect.count++ == 0) suspect = {*connection, stamp->at, 1};
        });
        if (!fault.empty()) out.faults.push_back(std::move(fault));
    }
    evidence::MailLog log(question.at + question.window, zone);
    for (const std::string& path : invocation.values("--logs")) {
        evidence::LogClock clock(question.at + question.window, zone);
        std::string fault = each_log_line(path, [&](std::string_view line) {
            std::string_view rest = line;
            if (const auto stamp = clock.take(rest); stamp && near(stamp->at)) log.read(line);
        });
        if (!fault.empty()) out.faults.push_back(std::move(fault));
    }
    out.mail = log.findings();
    return out;
}

void search_trap(const std::string& data_dir, const Question& question, Answer& out) {
    const auto document = trap_document(data_dir);
    const auto record = document ? json::parse(*document) : Result<json::value>(json::value());
    if (!record || !record->is_object()) return;
    for (const json::value& item : record->get_object().at("offenders").as_array()) {
        auto offender = egress::read_offender(item);
        if (offender && offender->first <= question.at + question.window &&
            offender->last >= question.at - question.window)
            out.trapped.push_back(*std::move(offender));
    }
}

/// What would name it, when nothing here does.
std::string missing(const Invocation& invocation, const Question& question, const Answer& answer) {
    if (!invocation.has("--firewall-log"))
        return "the log of the firewall or NAT router of that time is missing: it names the machine behind the address "
               "(--firewall-log)";
    if (answer.firewall_lines == 0)
        return fmt::format("the firewall's log holds no connection to port 25 within {} of that time: was it logging, "
                           "and is its clock right?",
                           in_words(question.window));
    if (question.port)
        return fmt::format("no connection of that time was seen with the port {}: the log lacks the ports behind the "
                           "translation (conntrack -E -o timestamp shows them)",
                           *question.port);
    return "no connection of that time is in the logs given";
}

std::string as_text(const Invocation& invocation, const Question& question, const Answer& answer) {
    std::string out;
    for (const auto& [address, suspect] : answer.machines)
        out +=
            fmt::format("machine {}{}: {} connections to port 25, the first to {} at {}\n", address,
                        suspect.connection.mac.empty() ? "" : fmt::format(" ({})", printable(suspect.connection.mac)),
                        suspect.count, suspect.connection.destination.to_string(), to_rfc3339(suspect.at));
    for (const egress::Offender& offender : answer.trapped)
        out += printable(fmt::format("trapped {}: {} attempts at port 25 from {} to {}, none of which came out: {}",
                                     name_offender(offender), offender.attempts, to_rfc3339(offender.first),
                                     to_rfc3339(offender.last), egress::judge(offender).sentence)) +
               "\n";
    const auto senders = [&](const evidence::Tally& tally, std::string_view what) {
        for (const auto& [who, count] : tally.top(10))
            out +=
                fmt::format("{} {}: mail to {} recipients left through the mail server\n", what, printable(who), count);
    };
    senders(answer.mail.by_login, "account");
    senders(answer.mail.by_local_user, "program of user");
    senders(answer.mail.by_client, "machine without login");
    if (out.empty()) out = fmt::format("nobody is named: {}\n", missing(invocation, question, answer));
    for (const std::string& fault : answer.faults) out += fmt::format("note: {}\n", printable(fault));
    return out;
}

std::string as_json(const Invocation& invocation, const Question& question, const Answer& answer, bool named) {
    json::array machines;
    for (const auto& [address, suspect] : answer.machines)
        machines.push_back(json::object{{"address", address},
                                        {"mac", json::text(suspect.connection.mac)},
                                        {"connections", suspect.count},
                                        {"destination", suspect.connection.destination.to_string()},
                                        {"first", to_rfc3339(suspect.at)}});
    json::array trapped;
    for (const egress::Offender& offender : answer.trapped) {
        json::object one = egress::to_json(offender);
        one["judgement"] = egress::to_json(egress::judge(offender));
        trapped.push_back(std::move(one));
    }
    const auto senders = [](const evidence::Tally& tally) {
        json::array out;
        for (const auto& [who, count] : tally.top(100))
            out.push_back(json::object{{"who", json::text(who)}, {"recipients", count}});
        return out;
    };
    return json::pretty(json::object{{"at", to_rfc3339(question.at)},
                                     {"named", named},
                                     {"machines", std::move(machines)},
                                     {"trapped", std::move(trapped)},
                                     {"accounts", senders(answer.mail.by_login)},
                                     {"programs", senders(answer.mail.by_local_user)},
                                     {"clients", senders(answer.mail.by_client)},
                                     {"missing", named ? "" : missing(invocation, question, answer)}});
}

}  // namespace

Exit run_case_evidence(const Invocation& invocation) {
    const auto config = read_config(invocation);
    if (!config) return refuse(config.error().message);
    const std::string data_dir = data_directory(invocation, *config);
    const auto question = read_question(invocation, trap_document(data_dir).has_value());
    if (!question) return refuse(question.error().message);
    Answer answer = search(invocation, *question);
    search_trap(data_dir, *question, answer);
    const bool named = !answer.machines.empty() || answer.mail.sent_out > 0 || !answer.trapped.empty();
    const std::string text = invocation.value("--format").value_or("text") == "json"
                                 ? as_json(invocation, *question, answer, named)
                                 : as_text(invocation, *question, answer);
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (!answer.faults.empty() && !named) return Exit::usage;
    return named ? Exit::well : Exit::undetermined;
}

}  // namespace postern::app
