// SPDX-License-Identifier: Apache-2.0
#include "evidence/unpack.hpp"

#include <fmt/format.h>

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <memory>

namespace postern::evidence {
namespace {

using Archive = std::unique_ptr<archive, decltype(&archive_read_free)>;

std::unexpected<Error> damaged(archive* from) {
    const char* why = archive_error_string(from);
    return fail("unpack.damaged", fmt::format("the archive is damaged: {}", why == nullptr ? "no reason given" : why));
}

std::unexpected<Error> over(std::string_view what) {
    return fail("unpack.limit", fmt::format("the archive holds more than {}", what));
}

/// Each format by name: the shell and the external programs that libarchive could start are never among them.
void allow_filters(archive* reader) {
    archive_read_support_filter_gzip(reader);
    archive_read_support_filter_bzip2(reader);
    archive_read_support_filter_xz(reader);
    archive_read_support_filter_zstd(reader);
}

struct Source {
    const std::function<std::string_view()>* read;
};
la_ssize_t read_more(archive*, void* state, const void** out) {
    const std::string_view octets = (*static_cast<Source*>(state)->read)();
    *out = octets.data();
    return static_cast<la_ssize_t>(octets.size());
}

}  // namespace

Result<std::vector<Member>> unpack(std::string_view octets, const UnpackLimits& limits) {
    const Archive reader(archive_read_new(), &archive_read_free);
    if (!reader) return fail("unpack.damaged", "no memory for the archive");
    allow_filters(reader.get());
    archive_read_support_format_zip(reader.get());
    archive_read_support_format_tar(reader.get());
    archive_read_support_format_raw(reader.get());
    archive_read_support_format_empty(reader.get());
    std::vector<Member> members;
    if (archive_read_open_memory(reader.get(), octets.data(), octets.size()) != ARCHIVE_OK)
        return damaged(reader.get());
    std::uint64_t total = 0;
    std::array<char, 64 * 1024> buffer{};
    for (archive_entry* entry = nullptr;;) {
        const int got = archive_read_next_header(reader.get(), &entry);
        if (got == ARCHIVE_EOF) return members;
        if (got != ARCHIVE_OK && got != ARCHIVE_WARN) return damaged(reader.get());
        if (members.size() == limits.members) return over(fmt::format("{} files", limits.members));
        const char* name = archive_entry_pathname(entry);
        members.push_back({name == nullptr ? "" : name, {}});
        for (;;) {
            const la_ssize_t count = archive_read_data(reader.get(), buffer.data(), buffer.size());
            if (count < 0) return damaged(reader.get());
            if (count == 0) break;
            total += static_cast<std::uint64_t>(count);
            if (total > limits.octets) return over(fmt::format("{} octets", limits.octets));
            if (total > 1024 * 1024 && total / limits.ratio > octets.size())
                return over(fmt::format("{} times its own size", limits.ratio));
            members.back().octets.append(buffer.data(), static_cast<std::size_t>(count));
        }
    }
}

Result<void> decompress(const std::function<std::string_view()>& read,
                        const std::function<bool(std::string_view)>& sink) {
    const Archive reader(archive_read_new(), &archive_read_free);
    if (!reader) return fail("unpack.damaged", "no memory for the stream");
    allow_filters(reader.get());
    archive_read_support_format_raw(reader.get());
    archive_read_support_format_empty(reader.get());
    Source source{&read};
    if (archive_read_open(reader.get(), &source, nullptr, &read_more, nullptr) != ARCHIVE_OK)
        return damaged(reader.get());
    archive_entry* entry = nullptr;
    const int got = archive_read_next_header(reader.get(), &entry);
    if (got == ARCHIVE_EOF) return {};
    if (got != ARCHIVE_OK && got != ARCHIVE_WARN) return damaged(reader.get());
    for (;;) {
        const void* block = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        const int more = archive_read_data_block(reader.get(), &block, &size, &offset);
        if (more == ARCHIVE_EOF) return {};
        if (more < ARCHIVE_WARN) return damaged(reader.get());
        if (!sink({static_cast<const char*>(block), size})) return {};
    }
}

}  // namespace postern::evidence
