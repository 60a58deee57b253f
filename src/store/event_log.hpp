// SPDX-License-Identifier: Apache-2.0
// What happened: the daemon's record of decisions and incidents, and what `postern events` reads.
//
// Whoever notes an event never waits: events go into a bounded queue, one thread writes them to SQLite in batches; a session never stalls
// for the disk. While the disk is full, the file locked or its directory gone, they wait and are tried again each second; what does not fit
// into the queue is counted, and said in an event of its own once writing goes on.
#pragma once

#include "base/instant.hpp"
#include "base/json.hpp"
#include "store/database.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace postern::store {

struct Event {
    std::string id;  ///< "E7K2QJ4M9A": unguessable, stands in replies; made by `EventLog::append` when empty
    Instant at{};
    std::string kind;      ///< "trap.offender", "gate.message", "engine.silent"
    std::string measure;   ///< "M2"
    std::string severity;  ///< "info", "notice", "incident"
    std::string verdict;   ///< "accept", "tag", "defer", "hold", "refuse"; empty for what is no decision
    std::string rule;      ///< stable code: "m6.relay.denied"
    std::string account;   ///< the login
    std::string ip;        ///< the client's
    std::string mac;
    std::string host;      ///< its name, as far as known
    std::string sentence;  ///< for people; text from outside in it is raw
    bool would = false;    ///< the measure only observes: it would have
    json::object details;  ///< what else is known; stable keys by kind
};

struct EventFilter {
    std::optional<Instant> since, until;
    std::string id, kind_prefix, ip, account,
        verdict;  ///< empty: any; `ip` is also sought in an offender's "addresses"
    std::optional<bool> would;
    std::int64_t after_row = 0;  ///< only what was written later, for --follow
    std::size_t most = 1'000;
};

struct EventRow {
    std::int64_t row = 0;
    Event event;
};

/// Reads the file that a daemon writes. One thread.
class EventReader {
public:
    /// Errors: store.open, store.sqlite.
    [[nodiscard]] static Result<EventReader> open(const std::string& path);
    /// Oldest first; of more than `most`, the newest, but with `after_row` the oldest: who follows misses nothing.
    [[nodiscard]] Result<std::vector<EventRow>> query(const EventFilter& filter);
    /// Takes out what `filter` names; returns how many.
    [[nodiscard]] Result<std::int64_t> forget(const EventFilter& filter);

private:
    explicit EventReader(Database database) : database_(std::move(database)) {}
    Database database_;
};

class EventLog {
public:
    static constexpr std::size_t max_waiting = 10'000;
    static constexpr std::size_t max_text = 1'024;  ///< octets of any one text; the rest is cut

    struct Options {
        std::string path;
        std::chrono::milliseconds keep = std::chrono::days(30);
        std::function<Instant()> now;
        std::function<std::string()> new_id;  ///< called by `append`, on the caller's thread
        /// That events cannot be written, and that they can again; on the writer's thread. May be empty.
        std::function<void(std::string_view sentence)> tell{};
    };

    /// Creates the file and starts the writer. Errors: store.open, store.sqlite.
    [[nodiscard]] static Result<std::unique_ptr<EventLog>> open(Options options);
    /// Writes what waits.
    ~EventLog();
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;

    /// Any thread; never blocks on the disk. Returns the event's id, also when there was no room.
    std::string append(Event event);
    /// Until all appended so far is written; for tests.
    void flush();

    [[nodiscard]] std::uint64_t written() const { return written_; }
    [[nodiscard]] std::uint64_t lost() const { return lost_; }
    /// The last attempt to write failed.
    [[nodiscard]] bool failing() const { return failing_; }

private:
    EventLog(Options options, Database database) : options_(std::move(options)), database_(std::move(database)) {}

    void write_on();
    /// One batch, or the reason why not.
    Result<void> write(const std::vector<Event>& events);
    Result<void> insert(const std::vector<Event>& events);
    /// The file that the path names now: another one, or none, when somebody took ours away.
    Result<void> follow_the_path();
    void note_outcome(const Result<void>& outcome);
    [[nodiscard]] std::vector<Event> take_batch();
    [[nodiscard]] Event loss_event(std::uint64_t count) const;
    Result<void> expire();

    Options options_;
    Database database_;               // the writer's, once it runs
    std::pair<dev_t, ino_t> file_{};  // which file it is, likewise
    std::mutex mutex_;
    std::condition_variable wake_, idle_;
    std::deque<Event> waiting_;  // guarded by mutex_, as are the two below
    bool ending_ = false, busy_ = false;
    std::atomic<std::uint64_t> written_ = 0, lost_ = 0;
    std::atomic<bool> failing_ = false;
    std::uint64_t told_lost_ = 0;  // the writer's
    std::thread writer_;           // last: it uses all of the above
};

}  // namespace postern::store
