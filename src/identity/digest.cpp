// SPDX-License-Identifier: Apache-2.0
#include "identity/digest.hpp"

#include <fmt/format.h>

#include <openssl/evp.h>

#include <array>

namespace postern::identity {

std::string sha256(std::string_view octets) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(octets.data(), octets.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return {};
    return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string sha256_hex(std::string_view octets, std::size_t count) {
    std::string out;
    for (const char c : sha256(octets).substr(0, count)) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
}

}  // namespace postern::identity
