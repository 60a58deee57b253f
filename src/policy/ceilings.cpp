// SPDX-License-Identifier: Apache-2.0
#include "policy/ceilings.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace postern::policy {
namespace {

using namespace std::chrono_literals;

constexpr Rule alert{"mc.ceiling.alert", "MC", 450, "5.7.1"};
constexpr Rule hold_hour{"mc.ceiling.hour", "MC", 450, "5.7.1"};
constexpr Rule hold_day{"mc.ceiling.day", "MC", 450, "5.7.1"};
constexpr Rule hold_new{"mc.ceiling.strangers", "MC", 450, "5.7.1"};

std::int64_t bucket_of(Instant now, std::chrono::milliseconds width) { return now.time_since_epoch() / width; }

}  // namespace

template <std::size_t count>
void SenderBook::Window<count>::add(std::int64_t bucket, std::uint32_t amount) {
    for (; newest < bucket; ++newest) {
        if (bucket - newest > static_cast<std::int64_t>(count)) newest = bucket - static_cast<std::int64_t>(count);
        buckets[static_cast<std::size_t>(newest + 1) % count] = 0;
    }
    // A clock that went back counts into the bucket that it came from.
    buckets[static_cast<std::size_t>(newest) % count] += amount;
}

template <std::size_t count>
std::uint32_t SenderBook::Window<count>::sum(std::int64_t bucket) const {
    std::uint32_t total = 0;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i) {
        const std::int64_t one = newest - i;
        if (one > bucket - static_cast<std::int64_t>(count) && one >= 0)
            total += buckets[static_cast<std::size_t>(one) % count];
    }
    return total;
}

SenderCounts SenderBook::add(std::string_view sender, const std::vector<std::string>& recipients, Instant now) {
    if (senders_.size() >= max_senders && !senders_.contains(std::string(sender))) make_room();
    Sender& one = senders_[std::string(sender)];
    std::uint32_t strangers = 0;
    for (const std::string& recipient : recipients) {
        if (one.known.size() >= max_known) one.known.clear();  // who writes to so many is judged by the other counts
        if (one.known.insert(std::hash<std::string>{}(recipient)).second) ++strangers;
    }
    const auto count = static_cast<std::uint32_t>(recipients.size());
    one.hour.add(bucket_of(now, 5min), count);
    one.day.add(bucket_of(now, 1h), count);
    one.new_in_day.add(bucket_of(now, 1h), strangers);
    one.seen = now;
    return {one.hour.sum(bucket_of(now, 5min)), one.day.sum(bucket_of(now, 1h)), one.new_in_day.sum(bucket_of(now, 1h)),
            count};
}

SenderCounts SenderBook::counts(std::string_view sender, Instant now) const {
    const auto found = senders_.find(std::string(sender));
    if (found == senders_.end()) return {};
    const Sender& one = found->second;
    return {one.hour.sum(bucket_of(now, 5min)), one.day.sum(bucket_of(now, 1h)),
            one.new_in_day.sum(bucket_of(now, 1h))};
}

/// The tenth that was silent longest goes.
void SenderBook::make_room() {
    std::vector<Instant> seen;
    for (const auto& [name, one] : senders_) seen.push_back(one.seen);
    const auto tenth = seen.begin() + static_cast<std::ptrdiff_t>(seen.size() / 10);
    std::ranges::nth_element(seen, tenth);
    const Instant limit = *tenth;
    std::erase_if(senders_, [&](const auto& entry) { return entry.second.seen <= limit; });
}

void judge_ceilings(std::string_view who, const SenderCounts& counts, const CeilingSettings& settings,
                    Decision& decision) {
    const std::string name = printable(who, 100);
    const auto over = [](std::uint32_t count, std::uint32_t limit) { return limit != 0 && count > limit; };
    if (over(counts.hour, settings.hold_per_hour))
        decision.add(
            hold_hour, settings.mode, Action::hold, "This sender has sent more in an hour than a person does",
            fmt::format("{}: {} recipients in an hour, {} allowed", name, counts.hour, settings.hold_per_hour));
    if (over(counts.day, settings.hold_per_day))
        decision.add(hold_day, settings.mode, Action::hold, "This sender has sent more in a day than a person does",
                     fmt::format("{}: {} recipients in a day, {} allowed", name, counts.day, settings.hold_per_day));
    if (over(counts.new_in_day, settings.hold_new_per_day))
        decision.add(hold_new, settings.mode, Action::hold, "This sender writes to many it never wrote to before",
                     fmt::format("{}: {} new recipients in a day, {} allowed", name, counts.new_in_day,
                                 settings.hold_new_per_day));
    // People are told when the line is crossed, not of each message behind it; nothing happens to mail, so observing changes nothing.
    if (over(counts.hour, settings.alert_per_hour) && !over(counts.hour - counts.added, settings.alert_per_hour))
        decision.add(alert, Mode::enforce, Action::accept, "This sender sends unusually much",
                     fmt::format("{}: {} recipients in an hour, {} are usual at most", name, counts.hour,
                                 settings.alert_per_hour));
}

}  // namespace postern::policy
