// SPDX-License-Identifier: Apache-2.0
// How an entry ends, in words: who may ask, where, how long to wait, what not to do.
#pragma once

#include "reputation/judge.hpp"

namespace postern::reputation {

[[nodiscard]] std::string_view to_string(Removal::How how);  ///< "self-service"
[[nodiscard]] std::string_view to_string(Removal::Who who);  ///< "provider"

/// "Ask for removal yourself once the cause is gone: https://...; it also ends by itself 3 days after the last sign."
[[nodiscard]] std::string removal_in_words(const Removal& removal);

/// The address of the operator's page about this subject; "" if there is none. The subject is percent-encoded.
[[nodiscard]] std::string lookup_url(const Profile& profile, const Subject& subject);

}  // namespace postern::reputation
