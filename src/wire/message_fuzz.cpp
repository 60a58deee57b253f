// SPDX-License-Identifier: Apache-2.0
#include "wire/base64.hpp"
#include "wire/message.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern::wire;
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (const auto message = parse_message(from_file(text)))
        for (const HeaderField& field : message->fields) (void)mailboxes(field.value());
    if (const auto octets = decode_base64(text); octets && decode_base64(encode_base64(*octets)) != *octets)
        __builtin_trap();
    return 0;
}
