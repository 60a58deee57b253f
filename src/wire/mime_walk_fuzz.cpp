// SPDX-License-Identifier: Apache-2.0
// The walk over a message; its bounds hold for whatever comes.
#include "wire/mime_walk.hpp"
#include "wire/zip_names.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern::wire;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const MimeWalk walk = walk_mime(text, {.depth = 6, .parts = 20, .work = 200'000});
    if (walk.parts.size() > 20) std::abort();
    for (const MimePart& part : walk.parts)
        if (part.depth > 6) std::abort();
    (void)read_zip_names(text);
    (void)decode_words(text);
    return 0;
}
