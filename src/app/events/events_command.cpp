// SPDX-License-Identifier: Apache-2.0
#include "app/events/events_command.hpp"

#include "app/cli/shared_options.hpp"
#include "app/collect/run_tool.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "store/event_log.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <thread>

namespace postern::app {
namespace {

using namespace std::chrono_literals;

constexpr auto follow_pause = 200ms;

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

Result<store::EventFilter> read_filter(const Invocation& invocation) {
    store::EventFilter out;
    if (const auto length = invocation.value("--since")) {
        const auto since = parse_duration(*length);
        if (!since) return bad_option("--since", *length, since.error().message);
        out.since = now() - *since;
    }
    if (const auto text = invocation.value("--ip")) {
        const auto ip = IpAddress::parse(*text);
        if (!ip) return bad_option("--ip", *text, ip.error().message);
        out.ip = ip->to_string();
    }
    if (const auto text = invocation.value("--most")) {
        const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), out.most);
        if (fault != std::errc{} || end != text->data() + text->size() || out.most == 0 || out.most > 100'000)
            return bad_option("--most", *text, "is a number from 1 to 100000");
    }
    out.id = invocation.value("--id").value_or("");
    out.kind_prefix = invocation.value("--kind").value_or("");
    out.account = invocation.value("--account").value_or("");
    out.verdict = invocation.value("--verdict").value_or("");
    if (invocation.has("--would")) out.would = true;
    return out;
}

std::string as_text(const store::Event& event) {
    std::string out = fmt::format("{} {} {}", to_rfc3339(event.at), event.id, event.severity);
    if (event.would) out += " would";
    for (const std::string* word : {&event.verdict, &event.rule, &event.account, &event.ip, &event.host})
        if (!word->empty()) out += " " + printable(*word, 128);
    return fmt::format("{}: {}\n", out, printable(event.sentence));
}

std::string as_json(const store::EventRow& row) {
    const store::Event& event = row.event;
    return json::serialize(json::object{{"row", row.row},
                                        {"id", json::text(event.id)},
                                        {"at", to_rfc3339(event.at)},
                                        {"at_ms", event.at.time_since_epoch().count()},
                                        {"kind", json::text(event.kind)},
                                        {"measure", json::text(event.measure)},
                                        {"severity", json::text(event.severity)},
                                        {"verdict", json::text(event.verdict)},
                                        {"rule", json::text(event.rule)},
                                        {"account", json::text(event.account)},
                                        {"ip", json::text(event.ip)},
                                        {"mac", json::text(event.mac)},
                                        {"host", json::text(event.host)},
                                        {"sentence", json::text(event.sentence)},
                                        {"would", event.would},
                                        {"details", event.details}}) +
           "\n";
}

/// What is told of each event: a program of the administrator's. The daemon itself runs none; nothing of an event is an argument.
class Alarm {
public:
    static constexpr auto patience = 30s, pause = 5s;
    static constexpr int tries = 3;

    explicit Alarm(std::string command) : command_(std::move(command)) {}

    void run(const store::EventRow& row) const {
        for (int i = 1; i <= tries; ++i) {
            const auto done = run_tool({"sh", "-c", command_}, {.time = patience, .octets = 64 * 1024}, as_json(row));
            if (done) return;
            std::fprintf(stderr, "postern: --run, event %s, try %d of %d: %s\n", printable(row.event.id, 64).c_str(), i,
                         tries, printable(done.error().message).c_str());
            if (i < tries) std::this_thread::sleep_for(pause);
        }
    }

private:
    std::string command_;
};

/// The number of the newest event there is; 0 without any.
Result<std::int64_t> newest_row(store::EventReader& reader) {
    const auto rows = reader.query({.most = 1});
    if (!rows) return std::unexpected(rows.error());
    return rows->empty() ? 0 : rows->back().row;
}

/// False: nobody reads any more.
bool write_rows(const std::vector<store::EventRow>& rows, bool lines_of_json) {
    std::string out;
    for (const store::EventRow& row : rows) out += lines_of_json ? as_json(row) : as_text(row.event);
    return std::fwrite(out.data(), 1, out.size(), stdout) == out.size() && std::fflush(stdout) == 0;
}

}  // namespace

Exit run_events(const Invocation& invocation) {
    auto filter = read_filter(invocation);
    if (!filter) return refuse(filter.error().message);
    const auto config = read_config(invocation);
    if (!config) return refuse(config.error().message);
    const std::string path = data_directory(invocation, *config) + "/events.sqlite";
    const bool follow = invocation.has("--follow");
    if (!follow && access(path.c_str(), F_OK) != 0)
        return refuse(
            fmt::format("there is no {}: no daemon has kept events there (--data-dir names another place)", path));
    auto reader = store::EventReader::open(path);
    if (!reader) return refuse(reader.error().message);
    const bool lines_of_json = invocation.value("--format").value_or("text") == "jsonl";
    const auto command = invocation.value("--run");
    if (command && !follow) return refuse("--run is for what comes: it needs --follow");
    const std::optional<Alarm> alarm = command ? std::optional<Alarm>(*command) : std::nullopt;
    if (alarm && !filter->since) {
        const auto newest = newest_row(*reader);
        if (!newest) return refuse(newest.error().message);
        filter->after_row = *newest;
    }
    for (;;) {
        const auto rows = reader->query(*filter);
        if (!rows) return refuse(rows.error().message);
        if (!write_rows(*rows, lines_of_json)) return Exit::well;
        if (alarm)
            for (const store::EventRow& row : *rows) alarm->run(row);
        if (!rows->empty()) filter->after_row = rows->back().row;
        if (!follow) return Exit::well;
        std::this_thread::sleep_for(follow_pause);
    }
}

}  // namespace postern::app
