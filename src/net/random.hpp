// SPDX-License-Identifier: Apache-2.0
// Unguessable numbers from the kernel, fetched a hundred at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace postern::net {

class RandomIds {
public:
    /// Ends the process if the kernel gives none: a guessable id is worse than no answer.
    [[nodiscard]] std::uint16_t next();

private:
    std::array<std::uint16_t, 128> pool_{};
    std::size_t left_ = 0;
};

}  // namespace postern::net
