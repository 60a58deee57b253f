// SPDX-License-Identifier: Apache-2.0
// Several servers of equal standing, asked in turn: the next one when the one before gave nothing definite.
//
// What time is left is shared out evenly among those still to be asked, so a silent first server cannot use up the whole.
#pragma once

#include "net/asker.hpp"

#include <memory>
#include <vector>

namespace postern::net {

class SeveralAskers final : public Asker {
public:
    /// At least one.
    explicit SeveralAskers(std::vector<std::unique_ptr<Asker>> askers);

    void ask(dns::Question question, Clock::time_point deadline, Done done) override;
    void abandon(std::string why) override;
    Task<> close() override;
    [[nodiscard]] std::string_view name() const override { return name_; }

private:
    void ask_from(std::size_t index, dns::Question question, Clock::time_point deadline, Done done);

    std::vector<std::unique_ptr<Asker>> askers_;
    std::string name_;  // "192.0.2.53, 192.0.2.54"
};

}  // namespace postern::net
