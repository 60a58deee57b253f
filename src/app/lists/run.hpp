// SPDX-License-Identifier: Apache-2.0
// A run of `lists`: subjects in, reports out, in the order of the subjects and in bounded memory.
//
// Workers take one (subject, list) after the other. A list's health is judged once by whoever needs it first, the others wait for
// it; so a silent list holds up nothing but itself. The deadline is per list in all: health and subject together.
#pragma once

#include "app/lists/memory.hpp"
#include "app/lists/report.hpp"
#include "app/lists/subjects.hpp"
#include "net/resolver.hpp"
#include "net/task_group.hpp"
#include "reputation/selection.hpp"

#include <deque>

namespace postern::app {

struct RunOptions {
    std::chrono::milliseconds timeout{5'000};
    std::size_t workers = 256;
};

class ListsRun {
public:
    using Emit = std::move_only_function<bool(const SubjectReport&)>;  ///< false: nobody reads any more
    using Next = std::move_only_function<Result<std::optional<reputation::Subject>>()>;

    ListsRun(net::Loop& loop, net::Resolver& resolver, RunMemory& memory,
             const std::vector<reputation::Choice>& choices, RunOptions options);

    /// Until all subjects are through, `stop` was called, or nobody reads. The first fault of `next` ends the reading and is
    /// returned when what came before it is through.
    net::Task<Result<Summary>> run(Next next, Emit emit);
    /// Ends soon with what is known; what is not, is not_asked.
    void stop();

    [[nodiscard]] std::uint64_t asked() const { return asked_; }
    [[nodiscard]] std::uint64_t answered() const { return answered_; }

private:
    struct Slot {
        SubjectReport report;
        std::size_t missing = 0;  // rows under way
        std::size_t begun = 0;    // rows handed to workers
    };
    struct Job {
        Slot* slot;
        std::size_t row;
        const reputation::Choice* choice;
    };
    struct Checked {
        reputation::Health health;
        bool fresh = true;
        bool done = false;
        std::unique_ptr<net::Timer> event;  // cancelled when done
    };

    net::Task<> work();
    [[nodiscard]] std::optional<Job> next_job();
    [[nodiscard]] bool open_slot();
    void emit_finished();
    net::Task<> check(Job job);
    net::Task<reputation::Finding> finding(const reputation::Choice& choice, reputation::Subject subject);
    net::Task<Checked*> health_of(const reputation::Choice& choice, reputation::Kind kind,
                                  net::Clock::time_point deadline);
    template <dns::Machine M>
    net::Task<std::optional<typename M::Result>> drive_within_budget(M machine, const reputation::List& list,
                                                                     net::Clock::time_point deadline);

    net::Task<> way_to(const reputation::List& list);
    net::Task<> explain_failures(const reputation::List& list, std::vector<dns::Answer>& answers,
                                 net::Clock::time_point deadline);

    static constexpr std::size_t max_slots = 8'192;

    net::Loop& loop_;
    net::Resolver& resolver_;
    RunMemory& memory_;
    const std::vector<reputation::Choice>& choices_;
    RunOptions options_;
    net::TaskGroup workers_;
    Next next_;
    Emit emit_;
    std::deque<std::unique_ptr<Slot>> slots_;
    std::map<std::pair<const reputation::List*, reputation::Kind>, Checked> health_;
    struct Way {
        bool known = false;
        std::unique_ptr<net::Timer> event;  // expires, or is cancelled when known
    };
    std::map<std::string, Way, std::less<>> ways_;  // by top level
    Summary summary_;
    std::optional<Error> fault_;
    bool exhausted_ = false;  // no further subject
    bool stopped_ = false;
    bool unread_ = false;
    std::uint64_t asked_ = 0, answered_ = 0;
};

}  // namespace postern::app
