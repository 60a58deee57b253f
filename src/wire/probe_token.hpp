// SPDX-License-Identifier: Apache-2.0
// The token by which a test message is known again, wherever it arrives: "postern-k3q7m2xw4tz5b6nacdef", with a tag for the attempt
// behind it ("-pct07"). Servers rewrite addresses, wrap messages and change the case of letters, so it is found inside any text.
//
// docs/probe.md, "The token of a watch".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

struct ProbeToken {
    static constexpr std::string_view prefix = "postern-";
    static constexpr std::size_t drawn = 20;        ///< of a-z and 2-7: 100 bits
    static constexpr std::size_t longest_tag = 16;  ///< of a-z and 0-9
    static constexpr std::size_t size = prefix.size() + drawn;

    std::string token;  ///< in lower case, whole
    std::string tag;    ///< in lower case; empty: none

    friend bool operator==(const ProbeToken&, const ProbeToken&) = default;
};

/// Whether `text` is a token, whole and in lower case.
[[nodiscard]] bool is_probe_token(std::string_view text);
/// Of `bits`, five of each octet count.
[[nodiscard]] std::string make_probe_token(std::string_view twenty_octets);

/// The first one that `wanted` takes; at most `most_candidates` are offered to it.
using WantsToken = std::function<bool(std::string_view token)>;
inline constexpr std::size_t most_candidates = 64;
[[nodiscard]] std::optional<ProbeToken> find_probe_token(std::string_view text, const WantsToken& wanted);

}  // namespace postern::wire
