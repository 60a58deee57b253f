// SPDX-License-Identifier: Apache-2.0
// A whole message while it is judged: in memory up to a bound, then in a file that has no name and goes with the process.
//
// What all spools of a loop hold in memory is bounded too; beyond it they go to files at once. Nothing of a message outlives a crash, for
// nothing of it was anybody's yet: the mail server still has it.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::net {

/// Shared by the spools of one loop; outlives them.
struct SpoolRoom {
    std::string folder = "/tmp";                    ///< for files without a name
    std::size_t most_each = 256 * 1024;             ///< octets of one message in memory
    std::size_t most_together = 64U * 1024 * 1024;  ///< octets of all messages in memory
    std::size_t used = 0;
};

class Spool {
public:
    explicit Spool(SpoolRoom& room) : room_(room) {}
    ~Spool() { clear(); }
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// Errors: spool.write (with the system's reason).
    [[nodiscard]] Result<void> append(std::string_view octets);
    /// All of it, contiguous; borrowed until the next append or clear. Errors: spool.read.
    [[nodiscard]] Result<std::string_view> whole();
    /// A file that holds all of it, to be handed to a scanner on this machine; open until clear. Errors: spool.write.
    [[nodiscard]] Result<int> descriptor();
    void clear();

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] bool in_memory() const { return file_ < 0 || copied_; }

private:
    [[nodiscard]] Result<void> to_file(std::string_view octets);
    void unmap();

    SpoolRoom& room_;
    std::string memory_;
    std::uint64_t size_ = 0;
    int file_ = -1;
    bool copied_ = false;  // file_ is a copy made for a scanner; memory_ counts
    void* map_ = nullptr;
    std::size_t mapped_ = 0;
};

}  // namespace postern::net
