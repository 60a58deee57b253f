// SPDX-License-Identifier: Apache-2.0
// What the gate tells: one line of log a message with all that was decided, events for what somebody may ask about, and counters.
//
// An event is noted before its reply is written, because the reply carries its id; noting never waits for the disk.
#pragma once

#include "policy/ceilings.hpp"
#include "policy/session.hpp"
#include "store/event_log.hpp"
#include "store/metrics.hpp"

#include <array>
#include <functional>
#include <mutex>
#include <string>

namespace postern::gate {

/// One decision at one stage, in the words of the record.
struct GateNote {
    std::string_view stage;  ///< "mail", "recipient", "message"
    const policy::SessionPolicy* session = nullptr;
    const policy::Decision* decision = nullptr;
    std::string_view queue_id;
    std::string_view address;  ///< the recipient that was judged, at that stage
    const policy::MessageFacts* facts = nullptr;
    std::string_view message_id;
};

class GateRecord {
public:
    struct Hooks {
        std::function<Instant()> now;
        std::function<std::string(store::Event)> note;  ///< any thread; gives the event's id
        std::function<void(std::string_view)> log;      ///< any thread
    };

    GateRecord(Hooks hooks, store::Metrics& metrics);

    /// Counts, notes an event where there is something to tell, and logs; the event's id, or "".
    std::string note(const GateNote& note);
    /// Something of ours went wrong in a conversation.
    void fault(std::string_view doing, const Error& error);
    /// Recipients of one message, counted for its sender; any thread.
    policy::SenderCounts count(const policy::SessionPolicy& session);
    void count_links(const policy::LinkLook& look);
    [[nodiscard]] Instant now() const { return hooks_.now(); }

    store::Series &conversations, &faults, &unscanned, &scanned, &silent_scanner, &silent_filter;

private:
    Hooks hooks_;
    std::array<store::Series*, 5> verdicts_;
    store::Series* would_;
    store::Series &links_listed_, &links_clean_, &links_unknown_;
    std::mutex mutex_;
    policy::SenderBook senders_;  // guarded by mutex_: one short look a message, and all loops must see the same counts
};

}  // namespace postern::gate
