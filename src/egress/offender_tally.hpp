// SPDX-License-Identifier: Apache-2.0
// How often which word was seen, in bounded memory: the first few words with their counts, and how many different ones there were.
//
// A bot changes its HELO with every connection and sends to thousands of servers. Which they all are is of no use to anybody; that they
// are many is the evidence. So a few are kept by name, and of the others a hash each, until there are "at least so many".
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::egress {

class OffenderTally {
public:
    static constexpr std::size_t max_named = 12;       ///< words kept with their counts
    static constexpr std::size_t max_word = 128;       ///< octets of each
    static constexpr std::size_t max_different = 512;  ///< counted exactly up to here

    using Named = std::vector<std::pair<std::string, std::uint64_t>>;

    void add(std::string_view word, std::uint64_t count = 1) {
        note_different(static_cast<std::uint32_t>(std::hash<std::string_view>{}(word)));
        word = word.substr(0, max_word);
        const auto found = std::ranges::find(named_, word, &Named::value_type::first);
        if (found != named_.end()) found->second += count;
        else if (named_.size() < max_named) named_.emplace_back(word, count);
    }
    /// What another has seen is seen here too.
    void absorb(const OffenderTally& other) {
        for (const auto& [word, count] : other.named_) add(word, count);
        for (const std::uint32_t hash : other.hashes_) note_different(hash);
    }

    [[nodiscard]] std::size_t different() const { return hashes_.size(); }
    /// There may be more than `different`.
    [[nodiscard]] bool full() const { return hashes_.size() == max_different; }
    /// In the order they were first seen.
    [[nodiscard]] const Named& named() const { return named_; }

private:
    void note_different(std::uint32_t hash) {
        const auto place = std::ranges::lower_bound(hashes_, hash);
        if (hashes_.size() < max_different && (place == hashes_.end() || *place != hash)) hashes_.insert(place, hash);
    }

    Named named_;
    std::vector<std::uint32_t> hashes_;  // sorted
};

}  // namespace postern::egress
