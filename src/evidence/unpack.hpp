// SPDX-License-Identifier: Apache-2.0
// Files out of archives and compressed files (zip, gzip, bzip2, xz, zstd, tar), with every dimension bounded.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::evidence {

struct UnpackLimits {
    std::uint64_t octets = 64ULL * 1024 * 1024;  ///< of all members together
    std::uint64_t ratio = 200;                   ///< octets out for one in, once 1 MiB has come out
    std::size_t members = 1'000;
};

struct Member {
    std::string name;  ///< as the archive says: hostile, never a path
    std::string octets;
};

/// What is no archive is itself the only member. Errors: unpack.limit (which one), unpack.damaged.
[[nodiscard]] Result<std::vector<Member>> unpack(std::string_view octets, const UnpackLimits& limits = {});

/// Decompresses a stream: `read` gives octets that stay valid until its next call ("" at the end), `sink` takes them unpacked and
/// says whether to go on. A stream that is not compressed comes through as it is. Errors: unpack.damaged.
[[nodiscard]] Result<void> decompress(const std::function<std::string_view()>& read,
                                      const std::function<bool(std::string_view)>& sink);

}  // namespace postern::evidence
