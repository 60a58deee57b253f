// SPDX-License-Identifier: Apache-2.0
#include "net/spool.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace postern::net {
namespace {

std::unexpected<Error> failed(const char* code, std::string_view doing) {
    return fail(code, fmt::format("{}: {}", doing, std::strerror(errno)));
}

Result<void> write_all(int file, std::string_view octets) {
    while (!octets.empty()) {
        const ssize_t written = write(file, octets.data(), octets.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return failed("spool.write", "a message could not be kept");
        octets.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

Result<void> Spool::append(std::string_view octets) {
    unmap();
    const bool fits = file_ < 0 && memory_.size() + octets.size() <= room_.most_each &&
                      room_.used + octets.size() <= room_.most_together;
    if (fits) {
        memory_ += octets;
        room_.used += octets.size();
    } else if (auto done = to_file(octets); !done) {
        return done;
    }
    size_ += octets.size();
    return {};
}

Result<void> Spool::to_file(std::string_view octets) {
    if (file_ < 0) {
        file_ = open(room_.folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (file_ < 0) return failed("spool.write", fmt::format("no file in {}", room_.folder));
        if (auto done = write_all(file_, memory_); !done) return done;
        room_.used -= memory_.size();
        memory_ = {};
    }
    return write_all(file_, octets);
}

Result<std::string_view> Spool::whole() {
    if (in_memory()) return std::string_view(memory_);
    if (map_ == nullptr) {
        void* const map = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file_, 0);
        if (map == MAP_FAILED) return failed("spool.read", "a message could not be read again");
        map_ = map;
        mapped_ = size_;
    }
    return std::string_view(static_cast<const char*>(map_), mapped_);
}

Result<int> Spool::descriptor() {
    if (file_ < 0) {
        file_ = memfd_create("message", MFD_CLOEXEC);
        if (file_ < 0) return failed("spool.write", "no file in memory");
        copied_ = true;
        if (auto done = write_all(file_, memory_); !done) return std::unexpected(done.error());
    }
    if (lseek(file_, 0, SEEK_SET) < 0) return failed("spool.write", "a message could not be rewound");
    return file_;
}

void Spool::unmap() {
    if (map_ != nullptr) munmap(std::exchange(map_, nullptr), std::exchange(mapped_, 0));
    if (!copied_) return;
    close(std::exchange(file_, -1));
    copied_ = false;
}

void Spool::clear() {
    unmap();
    if (file_ >= 0) close(std::exchange(file_, -1));
    room_.used -= memory_.size();
    memory_.clear();
    if (memory_.capacity() > 64 * 1024) memory_.shrink_to_fit();  // an idle conversation holds little
    size_ = 0;
}

}  // namespace postern::net
