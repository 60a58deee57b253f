// SPDX-License-Identifier: Apache-2.0
// The trap: redirected connections to port 25 are heard out, never served, and lead to a name.
//
// It owns no way out: nothing here connects to anybody. Who stands behind an address (neighbour table, leases, reverse name) and how
// people are told comes through the hooks. A conversation holds a few hundred octets and two deadlines; whoever holds more than its
// share of them, or comes when all are taken, is let go with a 421: it is on record all the same, only not heard. One loop.
#pragma once

#include "egress/offender_book.hpp"
#include "net/stream.hpp"
#include "net/task_group.hpp"
#include "store/metrics.hpp"
#include "wire/trap_session.hpp"

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace postern::gate {

struct TrapOptions {
    std::string name = "localhost";            ///< in the greeting
    bool direct = false;                       ///< takes connections too that no rule of this host has redirected
    std::size_t most = 9'000;                  ///< conversations at once; one network may hold half of them
    std::size_t most_per_address = 200;        ///< of them
    std::chrono::milliseconds early{200};      ///< for who speaks before the greeting
    std::chrono::milliseconds first{30'000};   ///< until the first octet
    std::chrono::milliseconds whole{120'000};  ///< from there to the end
    std::chrono::milliseconds linger{2'000};   ///< for the last reply to be read
    egress::OffenderBook::Options book;
};

struct TrapHooks {
    std::function<Instant()> now;
    /// Asks who stands behind an address; `Trap::identify` is called on the loop when it is known, perhaps several times.
    std::function<void(const IpAddress&)> ask;
    std::function<void(const egress::OffenderIncident&)> tell;
};

class Trap {
public:
    Trap(net::Executor executor, TrapOptions options, TrapHooks hooks, store::Metrics& metrics);

    /// One connection, to its end.
    net::Task<> serve(net::Stream stream);
    /// The same, when it is known where it was going.
    net::Task<> hear(net::Stream stream, egress::Attempt attempt);
    /// Tells people of offenders as they become due; until cancelled.
    net::Task<> tell();

    /// An attempt that never came here: `note` puts it into the book and returns who it was.
    void note_elsewhere(const std::function<std::optional<IpAddress>(egress::OffenderBook&)>& note);
    void identify(const IpAddress& source, const egress::Identity& identity);
    [[nodiscard]] egress::OffenderBook& book() { return book_; }
    [[nodiscard]] std::size_t conversations() const { return conversations_; }
    /// From the next connection on.
    void change(TrapOptions options);

private:
    struct Counted {
        store::Series &connections, &refused, &strangers, &incidents, &conversations, &offenders;
        std::array<store::Series*, 7> speeches;
    };

    [[nodiscard]] static Counted count_in(store::Metrics& metrics);
    net::Task<> converse(net::Stream& stream, wire::TrapSession& session);
    [[nodiscard]] bool has_room_for(const IpAddress& source) const;
    void note(const egress::Attempt& attempt);
    void look_at(const IpAddress& source);

    net::Executor executor_;
    TrapOptions options_;
    TrapHooks hooks_;
    Counted counted_;
    egress::OffenderBook book_;
    std::map<IpAddress, std::size_t> live_;         // conversations by address
    std::map<Network, std::size_t> live_networks_;  // and by network
    std::size_t conversations_ = 0;
    net::Timer wake_;
};

/// What the session learnt, in the words of the record.
[[nodiscard]] egress::Conversation to_conversation(const wire::TrapFindings& findings);

}  // namespace postern::gate
