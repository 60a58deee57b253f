// SPDX-License-Identifier: Apache-2.0
#include "identity/dkim_sign.hpp"

#include "identity/digest.hpp"
#include "identity/dkim_canonical.hpp"
#include "wire/base64.hpp"

#include <fmt/format.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>

namespace postern::identity {
namespace {

/// Signed when they are there (RFC 6376 5.4.1, RFC 2369, RFC 8058).
constexpr std::array<std::string_view, 22> signed_when_there{"from",
                                                             "reply-to",
                                                             "subject",
                                                             "date",
                                                             "to",
                                                             "cc",
                                                             "message-id",
                                                             "in-reply-to",
                                                             "references",
                                                             "sender",
                                                             "resent-from",
                                                             "resent-date",
                                                             "mime-version",
                                                             "content-type",
                                                             "content-transfer-encoding",
                                                             "list-id",
                                                             "list-help",
                                                             "list-post",
                                                             "list-owner",
                                                             "list-archive",
                                                             "list-unsubscribe",
                                                             "list-unsubscribe-post"};

/// Signed once more than they are there: nobody adds another.
constexpr std::array<std::string_view, 4> signed_once_more{"from", "subject", "date", "to"};

std::vector<std::string> names_to_sign(std::span<const wire::HeaderField> fields) {
    std::vector<std::string> out;
    for (const std::string_view name : signed_when_there) {
        const auto count = std::ranges::count(fields, name, &wire::HeaderField::name);
        out.insert(out.end(), static_cast<std::size_t>(count), std::string(name));
    }
    out.insert(out.end(), signed_once_more.begin(), signed_once_more.end());
    return out;
}

std::string joined(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ":")); }

/// Lines of at most 72 octets, each but the first behind CRLF and a tab.
std::string folded(std::string_view text, std::string_view breaks_behind) {
    constexpr std::size_t width = 72;
    std::string out;
    while (text.size() > width) {
        std::size_t cut = width;
        if (!breaks_behind.empty()) {
            const auto at = text.substr(0, width).find_last_of(breaks_behind);
            cut = at == text.npos ? width : at + 1;
        }
        out.append(text.substr(0, cut)).append("\r\n\t");
        text.remove_prefix(cut);
    }
    return out.append(text);
}

}  // namespace

Result<DkimSigner> DkimSigner::make(DomainName domain, std::string selector, std::string_view pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                           &BIO_free);
    // No prompt for a pass phrase: a daemon has nobody to ask.
    const auto no_phrase = [](char*, int, int, void*) { return 0; };
    std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(source.get(), nullptr, no_phrase, nullptr), &EVP_PKEY_free);
    if (!key)
        return fail("dkim.private_key", "it holds no private key in PEM form (one with a pass phrase cannot be used)");
    const bool rsa = EVP_PKEY_is_a(key.get(), "RSA") == 1;
    if (!rsa && EVP_PKEY_is_a(key.get(), "ED25519") != 1)
        return fail("dkim.private_key", "it is neither RSA nor Ed25519");
    if (rsa && EVP_PKEY_get_bits(key.get()) < least_rsa_bits)
        return fail("dkim.private_key", fmt::format("it has {} bits; {} are the least (RFC 8301)",
                                                    EVP_PKEY_get_bits(key.get()), least_rsa_bits));
    DkimSigner out(std::move(domain), std::move(selector), std::move(key), rsa);
    if (const auto name = DomainName::parse(out.record_name()); !name || out.selector_.empty())
        return fail("dkim.private_key", fmt::format("its selector makes no domain name: {}", out.record_name()));
    return out;
}

std::string DkimSigner::record_name() const { return fmt::format("{}._domainkey.{}", selector_, domain_.text()); }

std::string DkimSigner::record_text() const {
    std::string octets;
    if (rsa_) {
        unsigned char* encoded = nullptr;
        const int size = i2d_PUBKEY(key_.get(), &encoded);
        if (size > 0) octets.assign(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size));
        OPENSSL_free(encoded);
    } else {
        std::array<unsigned char, 32> raw{};
        std::size_t size = raw.size();
        if (EVP_PKEY_get_raw_public_key(key_.get(), raw.data(), &size) == 1)
            octets.assign(reinterpret_cast<const char*>(raw.data()), size);
    }
    return fmt::format("v=DKIM1; k={}; p={}", rsa_ ? "rsa" : "ed25519", wire::encode_base64(octets));
}

std::string DkimSigner::zone_line() const {
    constexpr std::size_t longest_string = 255;
    const std::string text = record_text();
    std::string out = record_name() + ". TXT";
    for (std::size_t at = 0; at < text.size(); at += longest_string)
        out += fmt::format(" \"{}\"", std::string_view(text).substr(at, longest_string));
    return out;
}

std::string DkimSigner::sign_octets(std::string_view octets) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const std::string digest = rsa_ ? std::string() : sha256(octets);  // RFC 8463 3
    const std::string_view input = rsa_ ? octets : std::string_view(digest);
    std::array<unsigned char, 1'024> signature{};  // RSA of 8192 bits
    std::size_t size = signature.size();
    if (!context ||
        EVP_DigestSignInit(context.get(), nullptr, rsa_ ? EVP_sha256() : nullptr, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &size, bytes(input), input.size()) != 1)
        return {};
    return {reinterpret_cast<const char*>(signature.data()), size};
}

Result<std::string> DkimSigner::sign(std::span<const wire::HeaderField> fields, std::string_view body,
                                     Instant now) const {
    const std::vector<std::string> names = names_to_sign(fields);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    std::string field = fmt::format(
        "DKIM-Signature: v=1; a={}; c=relaxed/relaxed; d={};\r\n\ts={}; t={};\r\n\th={};\r\n\tbh={};\r\n\tb=",
        rsa_ ? "rsa-sha256" : "ed25519-sha256", domain_.text(), selector_, seconds, folded(joined(names), ":"),
        wire::encode_base64(sha256(canonical_body(body, Canonical::relaxed))));
    const std::string signature = sign_octets(signed_header(fields, names, field + "\r\n", Canonical::relaxed));
    if (signature.empty()) return fail("dkim.signing", "the message could not be signed");
    return field + folded(wire::encode_base64(signature), "") + "\r\n";
}

}  // namespace postern::identity
