// SPDX-License-Identifier: Apache-2.0
// Harmless samples that every scanner must know: EICAR's test file in the wrappings in which malware comes, and GTUBE.
//
// Neither string stands whole in this program: each is put together of two halves when it is needed, so that no scanner takes the
// program itself for a find.
#pragma once

#include "audit/active/plan.hpp"

namespace postern::audit {

struct Sample {
    std::string_view name;  ///< "eicar-zip"
    std::string_view what;  ///< "EICAR's test file in a zip archive"
};
/// The clean one first: its arrival proves that the way is open.
[[nodiscard]] std::span<const Sample> samples();

[[nodiscard]] std::string eicar();
[[nodiscard]] std::string gtube();

/// The message, which says in a readable line what it is.
[[nodiscard]] std::string sample_message(const ActiveWishes& wishes, std::string_view sample, std::string_view token,
                                         std::string_view from, std::string_view to);

/// Whether an arrived message still holds the sample, in whatever line length its encoding came.
[[nodiscard]] bool still_holds(std::string_view message, std::string_view sample);

}  // namespace postern::audit
