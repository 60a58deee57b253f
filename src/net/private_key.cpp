// SPDX-License-Identifier: Apache-2.0
#include "net/private_key.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace postern::net {

Result<std::string> make_private_key(KeyKind kind, unsigned bits) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        kind == KeyKind::rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits})
                             : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"),
        &EVP_PKEY_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    if (!key || !out || PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return fail("net.key", "no key could be made");
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace postern::net
