// SPDX-License-Identifier: Apache-2.0
// All offenders, in bounded memory and with bounded noise.
//
// When the book is full, the network with the most offenders in it loses the one that did least: machines that show up once, however
// many, displace each other and not the record of the one that matters. A machine whose MAC is known is one offender, whatever
// addresses it takes. People are told of an offender at once, then at most once an hour, with counts.
#pragma once

#include "base/network.hpp"
#include "egress/offender.hpp"
#include "egress/offender_judgement.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace postern::egress {

struct OffenderIncident {
    Offender offender;  ///< as it stands
    OffenderJudgement judgement;
    std::uint64_t attempts_since = 0;  ///< since people were last told; all of them the first time
    bool first = false;
};

class OffenderBook {
public:
    struct Options {
        std::size_t most = 4'096;
        std::size_t most_incidents = 300;       ///< an hour and network (an IPv4 /24, an IPv6 /64)
        std::chrono::milliseconds settle{500};  ///< from the first attempt to the first incident: time to say something
        std::chrono::milliseconds again = std::chrono::hours(1);
        std::chrono::milliseconds keep = std::chrono::days(30);
        bool show_recipients = false;
    };
    static constexpr std::size_t max_aliases = 64;  ///< addresses of one machine that lead to its record

    explicit OffenderBook(Options options) : options_(options) {}
    /// From now on; who is on record beyond a smaller `most` stays.
    void change(Options options) { options_ = options; }

    /// True: it was not known before. `as` is what the log knows of the machine.
    bool note(const Attempt& attempt, const Identity& as = {});
    void note(const IpAddress& source, const Conversation& conversation);
    /// A connection beyond its share, let go unheard.
    void note_refused(const IpAddress& source);
    void identify(const IpAddress& source, const Identity& identity);

    /// Of whom people are to be told now; they count as told.
    [[nodiscard]] std::vector<OffenderIncident> take_due(Instant now);
    /// When `take_due` may next have something, if nothing else happens.
    [[nodiscard]] std::optional<Instant> next_due() const;
    /// Whoever changed since the last call; borrowed until the next change.
    [[nodiscard]] std::vector<const Offender*> take_changed();
    /// By which records went since the last call: displaced, merged with another, expired or forgotten.
    [[nodiscard]] std::vector<IpAddress> take_removed() { return std::exchange(removed_, {}); }
    /// Takes out who was not seen for `keep`.
    void expire(Instant now);

    [[nodiscard]] const Offender* find(const IpAddress& address) const;
    bool forget(const IpAddress& address);
    /// What people were last told of an offender.
    struct Told {
        std::optional<Instant> at;   ///< nothing: not yet
        std::uint64_t attempts = 0;  ///< of which they know
    };
    /// From an earlier run: what was not told of then is told of now.
    void restore(Offender offender, Told told);
    [[nodiscard]] Told told(const IpAddress& address) const;
    /// An IPv4 /24, an IPv6 /64: what one machine can easily have addresses of.
    [[nodiscard]] static Network network_of(const IpAddress& address);
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    /// By last attempt, the latest first.
    [[nodiscard]] std::vector<const Offender*> all() const;
    [[nodiscard]] std::uint64_t displaced() const { return displaced_; }

private:
    struct Entry {
        Offender offender;
        std::vector<IpAddress> aliases;
        Told told;
        bool changed = true;
    };
    using Entries = std::map<std::uint64_t, Entry>;
    struct Noise {
        Instant hour{};
        std::size_t incidents = 0;
    };

    [[nodiscard]] std::optional<Instant> due(const Entry& entry) const;
    [[nodiscard]] Entry& open(const IpAddress& address);
    [[nodiscard]] Entry* look_up(const IpAddress& address);
    void make_room();
    void remove(Entries::iterator entry);
    void add_alias(std::uint64_t id, const IpAddress& address);
    void learn(std::uint64_t id, const Identity& identity);
    [[nodiscard]] bool may_tell(const Network& network, Instant now);

    Options options_;
    Entries entries_;  // by number, in the order they appeared
    std::uint64_t next_ = 1, displaced_ = 0;
    std::map<IpAddress, std::uint64_t> by_address_;
    std::map<std::string, std::uint64_t, std::less<>> by_mac_;
    std::map<Network, std::size_t> population_;
    std::map<Network, Noise> noise_;
    std::vector<IpAddress> removed_;  // until the next take_removed, which comes every second
};

}  // namespace postern::egress
