// SPDX-License-Identifier: Apache-2.0
#include "app/gate/logins_command.hpp"

#include "app/cli/shared_options.hpp"
#include "app/gate/memory_rows.hpp"
#include "base/json.hpp"
#include "base/mail_address.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>

namespace postern::app {
namespace {

using policy::LearningSettings;
using policy::LoginSenders;

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }
std::string date(std::int64_t day) { return to_date(Instant(std::chrono::days(day))); }
std::string lowered(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return text;
}
std::string days(std::uint32_t count) { return fmt::format("{} day{}", count, count == 1 ? "" : "s"); }

/// The configuration's word on learning, and the open file.
struct Opened {
    LearningSettings learning;
    store::LoginRows rows;
};
Result<Opened> open(const Invocation& invocation) {
    const auto config = read_config(invocation);
    if (!config) return std::unexpected(config.error());
    const std::string path = gate_file(data_directory(invocation, *config));
    if (access(path.c_str(), F_OK) != 0)
        return fail("gate.no_record",
                    fmt::format("there is no {}: no gate has run there (--data-dir names another place)", path));
    auto rows = store::LoginRows::open(path);
    if (!rows) return std::unexpected(rows.error());
    return Opened{config->policy.identity.learning, *std::move(rows)};
}

/// The first day of which something new is unusual; no earlier than `record` has been used on enough days.
std::int64_t last_day_of_learning(const LoginSenders::Record& record, const LearningSettings& learning) {
    return record.first_day + learning.time / std::chrono::days(1);
}

std::string_view word(const LoginSenders::Record& record, const LearningSettings& learning, std::int64_t today) {
    if (record.too_many) return "too_many";
    return LoginSenders::learnt(record, learning, today) ? "learnt" : "learning";
}

std::string text_of(const LoginSenders::Record& record, const LearningSettings& learning, std::int64_t today) {
    std::string out = printable(record.login, 256);
    if (record.too_many)
        out += fmt::format(": uses more than {} addresses; a shared login, or a thief", LoginSenders::max_addresses);
    else if (LoginSenders::learnt(record, learning, today))
        out += fmt::format(": learnt, last seen {}", date(record.last_day));
    else
        out += fmt::format(": being learnt until {}, and used on {} of {}",
                           date(last_day_of_learning(record, learning)), record.days, days(learning.days));
    out += '\n';
    for (const LoginSenders::Address& one : record.addresses) {
        const std::string seen =
            one.days == 0 ? "never seen" : fmt::format("on {}, last {}", days(one.days), date(one.last_day));
        out += fmt::format("    {:<40} {}, {}\n", printable(one.address, 300),
                           one.declared                            ? "allowed"
                           : LoginSenders::is_usual(one, learning) ? "usual"
                                                                   : "not usual",
                           seen);
    }
    return out;
}

json::object json_of(const LoginSenders::Record& record, const LearningSettings& learning, std::int64_t today) {
    json::array addresses;
    for (const LoginSenders::Address& one : record.addresses)
        addresses.push_back(json::object{{"address", json::text(one.address)},
                                         {"usual", LoginSenders::is_usual(one, learning)},
                                         {"allowed", one.declared},
                                         {"days", one.days},
                                         {"first", date(one.first_day)},
                                         {"last", date(one.last_day)}});
    return {{"login", json::text(record.login)},
            {"state", word(record, learning, today)},
            {"days", record.days},
            {"first", date(record.first_day)},
            {"last", date(record.last_day)},
            {"learning_until", date(last_day_of_learning(record, learning))},
            {"addresses", std::move(addresses)}};
}

/// As the gate keys it: "anna@example.com", lower case. Errors: those of MailAddress.
Result<std::string> address_key(const std::string& text) {
    const auto address = MailAddress::parse(text);
    if (!address) return fail("usage", fmt::format("\"{}\": {}", printable(text, 256), address.error().message));
    if (address->is_null()) return fail("usage", "the empty sender is everybody's");
    return lowered(address->text());
}

/// The login's record as it is, or a new one.
Result<std::optional<LoginSenders::Record>> record_of(Opened& opened, const std::string& login) {
    const auto rows = opened.rows.load(login);
    if (!rows) return std::unexpected(rows.error());
    return rows->empty() ? std::nullopt : std::optional(to_record(rows->front()));
}

Exit say(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return Exit::well;
}

}  // namespace

Exit run_logins_list(const Invocation& invocation) {
    if (invocation.words().size() > 1) return refuse("one LOGIN at most");
    auto opened = open(invocation);
    if (!opened) return refuse(opened.error().message);
    std::optional<std::string> wanted;
    if (!invocation.words().empty()) wanted = lowered(invocation.words().front());
    const auto rows = opened->rows.load(wanted);
    if (!rows) return refuse(rows.error().message);
    const std::int64_t today = policy::day_of(now());
    std::string text;
    json::array logins;
    for (const LoginSenders::Record& record : to_records(*rows)) {
        text += text_of(record, opened->learning, today);
        logins.push_back(json_of(record, opened->learning, today));
    }
    if (invocation.value("--format").value_or("text") == "json")
        return say(json::pretty(json::object{{"logins", std::move(logins)}}) + "\n");
    if (rows->empty()) text = wanted ? "Nothing is known of this login.\n" : "No login was seen yet.\n";
    return say(text);
}

Exit run_logins_allow(const Invocation& invocation) {
    if (invocation.words().size() != 2) return refuse("a LOGIN and an ADDRESS are needed");
    const std::string login = lowered(invocation.words()[0]);
    if (login.empty() || login.size() > LoginSenders::max_login)
        return refuse(fmt::format("a LOGIN has from 1 to {} octets", LoginSenders::max_login));
    const auto address = address_key(invocation.words()[1]);
    if (!address) return refuse(address.error().message);
    auto opened = open(invocation);
    if (!opened) return refuse(opened.error().message);
    const auto known = record_of(*opened, login);
    if (!known) return refuse(known.error().message);
    const std::int64_t today = policy::day_of(now());
    LoginSenders book(opened->learning);
    if (*known) book.restore({**known});
    if (!book.declare(login, *address, today))
        return refuse(fmt::format("{} has {} allowed addresses, which is the most; take one away with logins forget",
                                  printable(login, 256), LoginSenders::max_addresses));
    const auto done = opened->rows.set(to_row(book.records().front()), false, {"allow", login, *address, today});
    if (!done) return refuse(done.error().message);
    return say(fmt::format("{} may send as {}. A gate that runs knows it within a second.\n", printable(login, 256),
                           printable(*address, 300)));
}

Exit run_logins_forget(const Invocation& invocation) {
    const auto& words = invocation.words();
    if (words.empty() || words.size() > 2) return refuse("a LOGIN is needed, and an ADDRESS if only that is meant");
    const std::string login = lowered(words[0]);
    const auto address = words.size() == 2 ? address_key(words[1]) : Result<std::string>("");
    if (!address) return refuse(address.error().message);
    auto opened = open(invocation);
    if (!opened) return refuse(opened.error().message);
    const auto known = record_of(*opened, login);
    if (!known) return refuse(known.error().message);
    if (!*known) return say(fmt::format("Nothing is known of {}.\n", printable(login, 256)));
    LoginSenders book(opened->learning);
    book.restore({**known});
    book.forget(login, *address);
    const auto left = book.records();
    const auto done = opened->rows.set(left.empty() ? store::LoginRow{.login = login} : to_row(left.front()),
                                       left.empty(), {"forget", login, *address, policy::day_of(now())});
    if (!done) return refuse(done.error().message);
    return say(
        address->empty()
            ? fmt::format("{} is forgotten, and is learnt anew from its next message on.\n", printable(login, 256))
            : fmt::format("{} is no address of {} any more.\n", printable(*address, 300), printable(login, 256)));
}

}  // namespace postern::app
