// SPDX-License-Identifier: Apache-2.0
#include "net/tls.hpp"

#include "net/stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>

#include <fmt/format.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <vector>

namespace postern::net {
namespace {

namespace ssl = asio::ssl;

template <auto free>
struct Freed {
    void operator()(auto* thing) const { free(thing); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free_all>>;

constexpr auto lifetime = std::chrono::days(365);
constexpr auto slack = std::chrono::days(1);  // for clocks that are behind

std::string why() {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    ERR_clear_error();
    return text.data();
}

std::string text_of(BIO* memory) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    return {data, static_cast<std::size_t>(size)};
}

Result<Key> read_key(const std::string& pem) {
    const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    Key key(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
    if (!key) return fail("tls.key", "there is no private key that can be read: " + why());
    return key;
}

std::string hexadecimal(std::string_view octets) {
    std::string out;
    for (const char c : octets) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
}

std::string pin_of(const EVP_PKEY* key) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    if (size <= 0) return {};
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    const bool done =
        EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), &length, EVP_sha256(), nullptr) == 1;
    OPENSSL_free(der);
    return done ? hexadecimal({reinterpret_cast<const char*>(digest.data()), length}) : std::string();
}

bool add_name(X509* certificate, const std::string& name) {
    X509_NAME* subject = X509_get_subject_name(certificate);
    constexpr std::size_t longest_common_name = 64;
    const std::string common = name.substr(0, longest_common_name);
    if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common.data()),
                                   static_cast<int>(common.size()), -1, 0) != 1 ||
        X509_set_issuer_name(certificate, subject) != 1)
        return false;
    const std::string alternative = (IpAddress::parse(name) ? "IP:" : "DNS:") + name;
    const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::unique_ptr<ssl::context> bare(ssl::context::method method) {
    auto context = std::make_unique<ssl::context>(method);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // an idle session holds none
    return context;
}

}  // namespace

Result<std::string> make_tls_key() {
    const Key key(EVP_EC_gen("P-256"));
    const Memory memory(BIO_new(BIO_s_mem()));
    if (!key || PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return fail("tls.key", "no key could be made: " + why());
    return text_of(memory.get());
}

Result<std::string> tls_pin(const std::string& pem) {
    const auto key = read_key(pem);
    if (!key) return std::unexpected(key.error());
    return pin_of(key->get());
}

Result<TlsIdentity> make_tls_identity(std::string pem, const std::string& name, Instant now) {
    const auto key = read_key(pem);
    if (!key) return std::unexpected(key.error());
    const Certificate certificate(X509_new());
    std::array<unsigned char, 16> serial{};
    const std::time_t begin = std::chrono::system_clock::to_time_t(now - slack);
    const std::time_t end = std::chrono::system_clock::to_time_t(now + lifetime);
    const bool made = RAND_bytes(serial.data(), serial.size()) == 1 && X509_set_version(certificate.get(), 2) == 1 &&
                      ASN1_STRING_set(X509_get_serialNumber(certificate.get()), serial.data(), serial.size()) == 1 &&
                      ASN1_TIME_set(X509_getm_notBefore(certificate.get()), begin) != nullptr &&
                      ASN1_TIME_set(X509_getm_notAfter(certificate.get()), end) != nullptr &&
                      X509_set_pubkey(certificate.get(), key->get()) == 1 && add_name(certificate.get(), name) &&
                      X509_sign(certificate.get(), key->get(), EVP_sha256()) > 0;
    const Memory memory(BIO_new(BIO_s_mem()));
    if (!made || PEM_write_bio_X509(memory.get(), certificate.get()) != 1)
        return fail("tls.certificate", "no certificate could be made: " + why());
    return TlsIdentity{std::move(pem), text_of(memory.get())};
}

TlsContext::TlsContext(std::unique_ptr<ssl::context> context) : context_(std::move(context)) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

Result<TlsContext> TlsContext::server(const TlsIdentity& identity) {
    auto context = bare(ssl::context::tls_server);
    boost::system::error_code fault;
    context->use_certificate_chain(asio::buffer(identity.chain), fault);
    if (fault) return fail("tls.certificate", "the certificate cannot be used: " + fault.message());
    context->use_private_key(asio::buffer(identity.key), ssl::context::pem, fault);
    if (fault) return fail("tls.certificate", "the private key cannot be used: " + fault.message());
    if (SSL_CTX_check_private_key(context->native_handle()) != 1)
        return fail("tls.certificate", "key and certificate do not belong together: " + why());
    return TlsContext(std::move(context));
}

Result<TlsContext> TlsContext::client_by_pin(std::string pin) {
    auto context = bare(ssl::context::tls_client);
    context->set_verify_mode(ssl::verify_peer);
    context->set_verify_callback([wanted = std::move(pin)](bool, ssl::verify_context& chain) {
        // The key of the server's own certificate counts, whatever chain it stands in.
        const X509* leaf = X509_STORE_CTX_get0_cert(chain.native_handle());
        return leaf != nullptr && pin_of(X509_get0_pubkey(leaf)) == wanted;
    });
    return TlsContext(std::move(context));
}

Result<TlsContext> TlsContext::client_by_roots(const std::string& host) {
    auto context = bare(ssl::context::tls_client);
    boost::system::error_code fault;
    context->set_default_verify_paths(fault);
    if (fault) return fail("tls.certificate", "the system's roots cannot be read: " + fault.message());
    context->set_verify_mode(ssl::verify_peer);
    context->set_verify_callback(ssl::host_name_verification(host));
    return TlsContext(std::move(context));
}

Result<TlsContext> TlsContext::client_for_a_look() {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);  // old versions too: they are to be seen
    boost::system::error_code no_roots;  // without them, every certificate is reported as unknown
    context->set_default_verify_paths(no_roots);
    context->set_verify_mode(ssl::verify_none);
    return TlsContext(std::move(context));
}

std::string tls_version(const Stream& stream) {
    const auto* ssl = static_cast<const SSL*>(stream.tls());
    return ssl == nullptr ? std::string() : SSL_get_version(ssl);
}

}  // namespace postern::net
