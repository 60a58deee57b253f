// SPDX-License-Identifier: Apache-2.0
// std::ranges::contains, which libstdc++ 12 lacks.
#pragma once

#include <algorithm>
#include <functional>
#include <ranges>

namespace postern {

template <std::ranges::input_range Range, class Value, class Projection = std::identity>
[[nodiscard]] bool contains(const Range& range, const Value& value, Projection projection = {}) {
    return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

}  // namespace postern
