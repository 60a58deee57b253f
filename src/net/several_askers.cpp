// SPDX-License-Identifier: Apache-2.0
#include "net/several_askers.hpp"

namespace postern::net {

SeveralAskers::SeveralAskers(std::vector<std::unique_ptr<Asker>> askers) : askers_(std::move(askers)) {
    for (const auto& asker : askers_) name_.append(name_.empty() ? "" : ", ").append(asker->name());
}

void SeveralAskers::ask(dns::Question question, Clock::time_point deadline, Done done) {
    ask_from(0, std::move(question), deadline, std::move(done));
}

void SeveralAskers::ask_from(std::size_t index, dns::Question question, Clock::time_point deadline, Done done) {
    if (index + 1 == askers_.size()) return askers_[index]->ask(std::move(question), deadline, std::move(done));
    const auto now = Clock::now();
    const auto until = now + (deadline - now) / static_cast<std::ptrdiff_t>(askers_.size() - index);
    askers_[index]->ask(question, until,
                        [this, index, question, deadline, moved = std::move(done)](dns::Answer answer) mutable {
                            if (answer.is_definite() || answer.outcome == dns::Outcome::not_asked)
                                return moved(std::move(answer));
                            ask_from(index + 1, std::move(question), deadline, std::move(moved));
                        });
}

void SeveralAskers::abandon(std::string why) {
    for (const auto& asker : askers_) asker->abandon(why);
}

Task<> SeveralAskers::close() {
    for (const auto& asker : askers_) co_await asker->close();
}

}  // namespace postern::net
