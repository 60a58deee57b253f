// SPDX-License-Identifier: Apache-2.0
#include "gate/policy_door.hpp"

#include "gate/policy_judge.hpp"

namespace postern::gate {

net::Task<> PolicyDoor::serve(net::Stream stream) {
    if (draining_) co_return;
    Conversation conversation{std::move(stream)};
    const auto place = live_.insert(live_.end(), &conversation);
    record_.conversations.add(1);
    struct Leave {
        PolicyDoor& door;
        std::list<Conversation*>::iterator place;
        ~Leave() {
            door.live_.erase(place);
            door.record_.conversations.add(-1);
        }
    } const leave{*this, place};
    co_await converse(conversation);
}

net::Task<> PolicyDoor::converse(Conversation& conversation) {
    wire::PolicyRequestReader reader;
    PolicyJudge judge(record_);
    while (!draining_) {
        conversation.reading = true;
        const auto octets = co_await conversation.stream.read_some();
        conversation.reading = false;
        if (!octets || octets->empty()) co_return;
        std::string answers;
        std::string_view rest = *octets;
        for (;;) {
            const auto request = reader.next(rest);
            if (!request) {
                record_.fault("it asked", request.error());
                co_return;
            }
            if (!*request) break;
            conversation.heard = net::Clock::now();
            answers += judge.judge(**request, rules_).text();
        }
        if (answers.empty()) continue;
        const auto written = co_await conversation.stream.write(std::move(answers));
        if (!written) co_return;
    }
}

void PolicyDoor::drain() {
    draining_ = true;
    for (Conversation* one : live_)
        if (one->reading) one->stream.close();
}

net::Task<> PolicyDoor::sweep(net::Executor executor) {
    net::Timer timer(executor);
    for (;;) {
        timer.expires_after(std::chrono::minutes(1));
        const auto [stopped] = co_await timer.async_wait(net::as_values);
        if (stopped) co_return;
        for (Conversation* one : live_)
            if (net::Clock::now() - one->heard > idle) one->stream.close();
    }
}

}  // namespace postern::gate
