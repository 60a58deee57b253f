// SPDX-License-Identifier: Apache-2.0
// Stub zones: names within a zone go to that zone's own server, directly and without recursion; all others to the main asker.
#pragma once

#include "net/asker.hpp"

#include <memory>
#include <vector>

namespace postern::net {

class ZoneRouter final : public Asker {
public:
    struct Stub {
        DomainName zone;
        std::unique_ptr<Asker> asker;
    };

    ZoneRouter(std::unique_ptr<Asker> main, std::vector<Stub> stubs)
        : main_(std::move(main)), stubs_(std::move(stubs)) {}

    void ask(dns::Question question, Clock::time_point deadline, Done done) override {
        Asker& asker = choose(question.name);
        asker.ask(std::move(question), deadline, std::move(done));
    }
    void abandon(std::string why) override {
        for (Stub& stub : stubs_) stub.asker->abandon(why);
        main_->abandon(std::move(why));
    }
    Task<> close() override {
        for (Stub& stub : stubs_) co_await stub.asker->close();
        co_await main_->close();
    }
    [[nodiscard]] std::string_view name() const override { return main_->name(); }

private:
    /// The longest stub zone that holds the name.
    [[nodiscard]] Asker& choose(const DomainName& name) {
        const Stub* best = nullptr;
        for (const Stub& stub : stubs_)
            if (name.is_within(stub.zone) && (best == nullptr || stub.zone.is_within(best->zone))) best = &stub;
        return best != nullptr ? *best->asker : *main_;
    }

    std::unique_ptr<Asker> main_;
    std::vector<Stub> stubs_;
};

}  // namespace postern::net
