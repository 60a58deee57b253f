// SPDX-License-Identifier: Apache-2.0
// What is signed here verifies by our own verifier, and breaks when somebody touches it.
#include "identity/dkim_sign.hpp"

#include "base/zone_text.hpp"
#include "identity/dkim.hpp"

#include <gtest/gtest.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace postern::identity {
namespace {

constexpr Instant now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};

std::string pem_of(EVP_PKEY* key) {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(out);
    EVP_PKEY_free(key);
    return pem;
}
std::string rsa_key(std::size_t bits) { return pem_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits)); }
std::string ed25519_key() { return pem_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

DkimSigner signer(std::string_view pem) {
    return DkimSigner::make(*DomainName::parse("example.com"), "s2026", pem).value();
}

const std::string plain =
    "From: Anna <anna@example.com>\r\nTo: bert@plain.example\r\nSubject: Minutes\r\n\tof the meeting\r\n"
    "Date: Tue, 24 Nov 2026 09:30:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\n"
    "Hello,\r\n\r\nthe minutes  are attached.\t\r\n\r\n";

std::string signed_by(const DkimSigner& by, const std::string& message = plain) {
    const auto parsed = wire::parse_message(message);
    return by.sign(parsed->fields, parsed->body, now).value() + message;
}

DkimVerdict verify(const std::string& octets, const DkimSigner& published) {
    const auto message = wire::parse_message(octets);
    const auto zone = dns::ZoneText::parse(published.zone_line() + "\n");
    EXPECT_TRUE(message && zone);
    const auto verdicts = dns::settle(dns::Evaluation(verify_dkim(*message, now)), *zone);
    EXPECT_EQ(verdicts.size(), 1U);
    return verdicts.empty() ? DkimVerdict{} : verdicts.front();
}

TEST(DkimSigner, what_it_signs_verifies) {
    for (const std::string& pem : {rsa_key(2'048), ed25519_key()}) {
        const DkimSigner by = signer(pem);
        const DkimVerdict verdict = verify(signed_by(by), by);
        EXPECT_EQ(verdict.result, DkimResult::pass) << verdict.problem;
        EXPECT_EQ(verdict.domain, "example.com");
    }
}

TEST(DkimSigner, a_change_or_an_addition_breaks_it) {
    const DkimSigner by = signer(ed25519_key());
    const std::string good = signed_by(by);
    std::string other = good;
    other.replace(other.find("attached"), 8, "attacked");
    EXPECT_EQ(verify(other, by).result, DkimResult::fail);
    for (const char* field :
         {"From: boss@example.net\r\n", "Subject: urgent\r\n", "Date: x\r\n", "To: all@example.net\r\n"})
        EXPECT_EQ(verify(field + good, by).result, DkimResult::fail) << field;
    EXPECT_EQ(verify("Received: by relay.example\r\n" + good, by).result, DkimResult::pass);
}

TEST(DkimSigner, an_empty_body_and_a_long_header_are_signed_too) {
    const DkimSigner by = signer(ed25519_key());
    std::string header = "From: a@example.com\r\n";
    for (int i = 0; i < 20; ++i)
        header += "Resent-From: b@example.com\r\nList-Unsubscribe: <https://example.com/u>\r\n";
    const std::string octets = signed_by(by, header + "\r\n");
    EXPECT_EQ(verify(octets, by).result, DkimResult::pass);
    for (std::size_t at = 0; at < octets.find("From: a@"); at = octets.find("\r\n", at) + 2)
        EXPECT_LE(octets.find("\r\n", at) - at, 78U);
}

TEST(DkimSigner, refuses_what_is_no_good_key) {
    const auto domain = *DomainName::parse("example.com");
    EXPECT_FALSE(DkimSigner::make(domain, "s", "no key"));
    EXPECT_FALSE(DkimSigner::make(domain, "s", pem_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"))));
    EXPECT_EQ(DkimSigner::make(domain, "s", rsa_key(1'024)).error().message,
              "it has 1024 bits; 2048 are the least (RFC 8301)");
    EXPECT_FALSE(DkimSigner::make(domain, "", ed25519_key()));
    EXPECT_FALSE(DkimSigner::make(domain, "two words", ed25519_key()));
}

TEST(DkimSigner, a_long_record_stands_in_several_strings) {
    const std::string line = signer(rsa_key(2'048)).zone_line();
    EXPECT_TRUE(line.starts_with("s2026._domainkey.example.com. TXT \"v=DKIM1; k=rsa; p=MII"));
    EXPECT_NE(line.find("\" \""), line.npos);
}

}  // namespace
}  // namespace postern::identity
