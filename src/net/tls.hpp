// SPDX-License-Identifier: Apache-2.0
// Contexts for TLS: a server's with its certificate, a client's with what it trusts. TLS 1.2 at least, no renegotiation, no tickets
// that outlive a restart (RFC 9325).
//
// A machine that has no certificate of an authority makes one for itself, in memory: P-256, because an RSA handshake costs twelve times
// as much. Who is to trust it is told the pin of its key instead, so a certificate can be made anew without anybody noticing.
#pragma once

#include "base/error.hpp"
#include "base/instant.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace boost::asio::ssl {
class context;
}

namespace postern::net {

class Stream;

/// A private key and the certificate chain that goes with it, both PEM.
struct TlsIdentity {
    std::string key, chain;
};

/// A P-256 key, PEM. Errors: tls.key.
[[nodiscard]] Result<std::string> make_tls_key();
/// Self-signed for `name` (a host name or an address), valid for a year from a day before `now`. Errors: tls.key, tls.certificate.
[[nodiscard]] Result<TlsIdentity> make_tls_identity(std::string key, const std::string& name, Instant now);
/// The SHA-256 of a key's SubjectPublicKeyInfo in 64 lower-case hexadecimal digits. Errors: tls.key.
[[nodiscard]] Result<std::string> tls_pin(const std::string& key);
inline constexpr std::size_t tls_pin_digits = 64;

/// Owns a context; what uses it must die before.
class TlsContext {
public:
    /// Errors: tls.certificate (what of it cannot be used).
    [[nodiscard]] static Result<TlsContext> server(const TlsIdentity& identity);
    /// Trusts the one key with this pin, whatever its certificate says, and nothing else.
    [[nodiscard]] static Result<TlsContext> client_by_pin(std::string pin);
    /// Trusts the system's roots, for a certificate that names `host`.
    [[nodiscard]] static Result<TlsContext> client_by_roots(const std::string& host);
    /// Trusts everybody: for looking, when nothing is entrusted.
    [[nodiscard]] static Result<TlsContext> client_for_a_look();

    TlsContext(TlsContext&&) noexcept;
    TlsContext& operator=(TlsContext&&) noexcept;
    ~TlsContext();
    [[nodiscard]] boost::asio::ssl::context& get() const { return *context_; }

private:
    explicit TlsContext(std::unique_ptr<boost::asio::ssl::context> context);
    std::unique_ptr<boost::asio::ssl::context> context_;
};

/// "TLSv1.3"; empty in clear.
[[nodiscard]] std::string tls_version(const Stream& stream);

}  // namespace postern::net
