// SPDX-License-Identifier: Apache-2.0
#include "store/event_log.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <iterator>

namespace postern::store {
namespace {

constexpr const char* schema = R"(
CREATE TABLE IF NOT EXISTS event (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, at INTEGER, kind TEXT, measure TEXT, severity TEXT, verdict TEXT,
    rule TEXT, account TEXT, ip TEXT, mac TEXT, host TEXT, sentence TEXT, would INTEGER, details TEXT);
CREATE INDEX IF NOT EXISTS event_at ON event (at);
CREATE INDEX IF NOT EXISTS event_ip ON event (ip);
CREATE INDEX IF NOT EXISTS event_account ON event (account) WHERE account <> '';
)";

constexpr std::string_view columns =
    "row, id, at, kind, measure, severity, verdict, rule, account, ip, mac, host, sentence, would, details";

std::int64_t milliseconds(Instant when) { return when.time_since_epoch().count(); }

struct Condition {
    std::string text;
    std::vector<std::string> texts;
    std::vector<std::int64_t> numbers;  // in the order of ?, numbers behind texts

    void bind(Statement& statement) const {
        int parameter = 0;
        for (const std::string& value : texts) statement.bind(++parameter, value);
        for (const std::int64_t value : numbers) statement.bind(++parameter, value);
    }
};

Condition where(const EventFilter& filter) {
    Condition out;
    std::vector<std::string> parts;
    const auto text = [&](const char* test, const std::string& value) {
        if (value.empty()) return;
        out.texts.push_back(value);
        parts.push_back(fmt::format(fmt::runtime(test), out.texts.size()));
    };
    text("id = ?{}", filter.id);
    text("substr(kind, 1, length(?{0})) = ?{0}", filter.kind_prefix);
    // A machine of the trap's has several addresses; its event stands under one and names all.
    text("(ip = ?{0} OR (kind = 'trap.offender' AND json_valid(details) AND EXISTS (SELECT 1 FROM json_each(details, "
         "'$.addresses') WHERE value = ?{0})))",
         filter.ip);
    text("account = ?{}", filter.account);
    text("verdict = ?{}", filter.verdict);
    const auto number = [&](const char* test, std::int64_t value) {
        out.numbers.push_back(value);
        parts.push_back(fmt::format(fmt::runtime(test), out.texts.size() + out.numbers.size()));
    };
    number("row > ?{}", filter.after_row);
    if (filter.since) number("at >= ?{}", milliseconds(*filter.since));
    if (filter.until) number("at <= ?{}", milliseconds(*filter.until));
    if (filter.would) number("would = ?{}", *filter.would ? 1 : 0);
    out.text = fmt::format("{}", fmt::join(parts, " AND "));
    return out;
}

EventRow read_row(const Statement& row) {
    EventRow out{row.integer(0), {}};
    Event& event = out.event;
    event.id = row.text(1);
    event.at = Instant(std::chrono::milliseconds(row.integer(2)));
    int column = 3;
    for (std::string* text : {&event.kind, &event.measure, &event.severity, &event.verdict, &event.rule, &event.account,
                              &event.ip, &event.mac, &event.host, &event.sentence})
        *text = row.text(column++);
    event.would = row.integer(13) != 0;
    if (const auto details = json::parse(row.text(14)); details && details->is_object())
        event.details = details->get_object();
    return out;
}

Result<void> finish(Statement& statement) {
    if (auto row = statement.step(); !row) return std::unexpected(row.error());
    return {};
}

}  // namespace

Result<EventReader> EventReader::open(const std::string& path) {
    auto database = Database::open(path);
    if (!database) return std::unexpected(database.error());
    if (auto made = database->run(schema); !made) return std::unexpected(made.error());
    return EventReader(*std::move(database));
}

Result<std::vector<EventRow>> EventReader::query(const EventFilter& filter) {
    const Condition condition = where(filter);
    auto statement = database_.prepare(fmt::format("SELECT {} FROM event WHERE {} ORDER BY row {} LIMIT {}", columns,
                                                   condition.text, filter.after_row > 0 ? "ASC" : "DESC", filter.most));
    if (!statement) return std::unexpected(statement.error());
    condition.bind(*statement);
    std::vector<EventRow> out;
    for (;;) {
        const auto row = statement->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) break;
        out.push_back(read_row(*statement));
    }
    if (filter.after_row == 0) std::ranges::reverse(out);
    return out;
}

Result<std::int64_t> EventReader::forget(const EventFilter& filter) {
    const Condition condition = where(filter);
    auto remove = database_.prepare(fmt::format("DELETE FROM event WHERE {}", condition.text));
    if (!remove) return std::unexpected(remove.error());
    condition.bind(*remove);
    if (auto removed = finish(*remove); !removed) return std::unexpected(removed.error());
    auto count = database_.prepare("SELECT changes()");
    if (!count) return std::unexpected(count.error());
    if (auto row = count->step(); !row) return std::unexpected(row.error());
    return count->integer(0);
}

Result<std::unique_ptr<EventLog>> EventLog::open(Options options) {
    auto database = Database::open(options.path);
    if (!database) return std::unexpected(database.error());
    if (auto made = database->run(schema); !made) return std::unexpected(made.error());
    std::unique_ptr<EventLog> log(new EventLog(std::move(options), *std::move(database)));
    struct stat made_file{};
    if (stat(log->options_.path.c_str(), &made_file) == 0) log->file_ = {made_file.st_dev, made_file.st_ino};
    log->writer_ = std::thread([&self = *log] { self.write_on(); });
    return log;
}

EventLog::~EventLog() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    writer_.join();
}

std::string EventLog::append(Event event) {
    if (event.id.empty()) event.id = options_.new_id();
    if (event.at == Instant{}) event.at = options_.now();
    for (std::string* text : {&event.account, &event.ip, &event.mac, &event.host, &event.sentence})
        if (text->size() > max_text) text->resize(max_text);
    std::string id = event.id;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= max_waiting) {
            ++lost_;
            return id;
        }
        waiting_.push_back(std::move(event));
    }
    wake_.notify_one();
    return id;
}

void EventLog::flush() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [&] { return waiting_.empty() && !busy_; });
}

std::vector<Event> EventLog::take_batch() {
    constexpr std::size_t batch = 500;
    const auto count = static_cast<std::ptrdiff_t>(std::min(batch, waiting_.size()));
    std::vector<Event> out(std::make_move_iterator(waiting_.begin()),
                           std::make_move_iterator(waiting_.begin() + count));
    waiting_.erase(waiting_.begin(), waiting_.begin() + count);
    return out;
}

void EventLog::write_on() {
    constexpr auto expire_every = std::chrono::hours(1);
    constexpr auto between_tries = std::chrono::seconds(1);
    auto next_expiry = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        std::vector<Event> events = take_batch();
        const bool last = ending_;
        busy_ = true;
        lock.unlock();
        const Result<void> outcome = write(events);
        note_outcome(outcome);
        if (outcome) written_ += events.size();
        if (outcome && std::chrono::steady_clock::now() >= next_expiry) {
            (void)expire();  // tried again within the hour
            next_expiry = std::chrono::steady_clock::now() + expire_every;
        }
        lock.lock();
        busy_ = false;
        if (!outcome && last) {  // no later time will come
            lost_ += events.size() + waiting_.size();
            waiting_.clear();
        } else if (!outcome) {
            waiting_.insert(waiting_.begin(), std::make_move_iterator(events.begin()),
                            std::make_move_iterator(events.end()));
            wake_.wait_for(lock, between_tries, [&] { return ending_; });
        }
        if (waiting_.empty()) idle_.notify_all();
    }
}

void EventLog::note_outcome(const Result<void>& outcome) {
    if (failing_ == !outcome.has_value()) return;
    failing_ = !outcome;
    if (!options_.tell) return;
    options_.tell(
        outcome ? "events are written again"
                : fmt::format("events cannot be written, they wait: {}: {}", options_.path, outcome.error().message));
}

Event EventLog::loss_event(std::uint64_t count) const {
    Event event;
    event.id = options_.new_id();
    event.at = options_.now();
    event.kind = "store.lost";
    event.severity = "notice";
    event.sentence = fmt::format("{} events found no room while the store could not be written", count);
    event.details["count"] = count;
    return event;
}

Result<void> EventLog::follow_the_path() {
    struct stat ours{}, named{};
    const bool known = stat(options_.path.c_str(), &named) == 0;
    if (known && file_ == std::pair(named.st_dev, named.st_ino)) return {};
    auto database = Database::open(options_.path);
    if (!database) return std::unexpected(database.error());
    if (auto made = database->run(schema); !made) return made;
    if (stat(options_.path.c_str(), &ours) == 0) file_ = {ours.st_dev, ours.st_ino};
    database_ = *std::move(database);
    return {};
}

Result<void> EventLog::write(const std::vector<Event>& events) {
    if (auto followed = follow_the_path(); !followed) return followed;
    if (auto inserted = insert(events); !inserted) return inserted;
    const std::uint64_t lost = lost_;
    if (lost == told_lost_) return {};
    if (auto told = insert({loss_event(lost - told_lost_)}); told) told_lost_ = lost;
    return {};
}

Result<void> EventLog::insert(const std::vector<Event>& events) {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return std::unexpected(transaction.error());
    for (const Event& event : events) {
        auto statement =
            database_.prepare("INSERT OR IGNORE INTO event (id, at, kind, measure, severity, verdict, rule, "
                              "account, ip, mac, host, sentence, "
                              "would, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        if (!statement) return std::unexpected(statement.error());
        const std::string details = json::serialize(event.details);
        statement->bind(1, event.id).bind(2, milliseconds(event.at)).bind(3, event.kind).bind(4, event.measure);
        statement->bind(5, event.severity).bind(6, event.verdict).bind(7, event.rule).bind(8, event.account);
        statement->bind(9, event.ip).bind(10, event.mac).bind(11, event.host).bind(12, event.sentence);
        statement->bind(13, std::int64_t{event.would}).bind(14, details);
        if (auto inserted = finish(*statement); !inserted) return std::unexpected(inserted.error());
    }
    return transaction->commit();
}

Result<void> EventLog::expire() {
    auto remove = database_.prepare("DELETE FROM event WHERE at < ?");
    if (!remove) return std::unexpected(remove.error());
    remove->bind(1, milliseconds(options_.now() - options_.keep));
    return finish(*remove);
}

}  // namespace postern::store
