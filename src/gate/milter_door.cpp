// SPDX-License-Identifier: Apache-2.0
#include "gate/milter_door.hpp"

#include "gate/milter_conversation.hpp"

#include <utility>

namespace postern::gate {

MilterDoor::MilterDoor(net::Executor executor, std::shared_ptr<const GateRules> rules, net::SpoolRoom room,
                       GateRecord& record, GateMemory& memory)
    : executor_(executor), room_(std::move(room)), record_(record), memory_(memory) {
    change(std::move(rules));
}

void MilterDoor::change(std::shared_ptr<const GateRules> rules) {
    rules_ = std::move(rules);
    rspamd_ = rules_->rspamd ? std::make_shared<net::RspamdClient>(executor_, *rules_->rspamd) : nullptr;
}

net::Task<> MilterDoor::serve(net::Stream stream) {
    if (draining_) co_return;
    MilterConversation conversation(executor_, std::move(stream), rules_, rspamd_, room_, record_, memory_);
    const auto place = live_.insert(live_.end(), &conversation);
    record_.conversations.add(1);
    struct Leave {
        MilterDoor& door;
        std::list<MilterConversation*>::iterator place;
        ~Leave() {
            door.live_.erase(place);
            door.record_.conversations.add(-1);
        }
    } const leave{*this, place};
    co_await conversation.run();
}

void MilterDoor::drain() {
    draining_ = true;
    for (MilterConversation* one : live_) one->drain();
}

net::Task<> MilterDoor::sweep() {
    net::Timer timer(executor_);
    for (;;) {
        timer.expires_after(std::chrono::minutes(1));
        const auto [stopped] = co_await timer.async_wait(net::as_values);
        if (stopped) co_return;
        for (MilterConversation* one : live_) one->end_if_idle(net::Clock::now());
    }
}

}  // namespace postern::gate
