// SPDX-License-Identifier: Apache-2.0
#include "net/smtp_look.hpp"

#include "net/deadline.hpp"
#include "wire/smtp_reply.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <string_view>

namespace postern::net {
namespace {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Tls = asio::ssl::stream<Socket&>;

/// What has been seen so far lives outside the task: a deadline ends the task, not the sight.
struct Look {
    Socket socket;
    SmtpSight sight;
    wire::SmtpReplyReader reader;
    std::string greeting, name;
};

template <class Stream>
Task<Result<wire::SmtpReply>> read_reply(Stream& stream, wire::SmtpReplyReader& reader) {
    std::array<char, 4'096> buffer{};
    std::size_t count = 0;
    for (;;) {
        auto reply = reader.take({buffer.data(), count});
        if (!reply) co_return std::unexpected(reply.error());
        if (*reply) co_return **std::move(reply);
        const auto [error, got] = co_await stream.async_read_some(asio::buffer(buffer), as_values);
        if (error) co_return fail("net.read", error == asio::error::eof ? "it closed the connection" : error.message());
        count = got;
    }
}

template <class Stream>
Task<Result<wire::SmtpReply>> exchange(Stream& stream, wire::SmtpReplyReader& reader, std::string command) {
    const auto [error, written] = co_await asio::async_write(stream, asio::buffer(command), as_values);
    if (error) co_return fail("net.write", error.message());
    co_return co_await read_reply(stream, reader);
}

std::string text_of(const ASN1_STRING* string) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
            static_cast<std::size_t>(ASN1_STRING_length(string))};
}

void read_certificate(SSL* ssl, SmtpSight& sight) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl), &X509_free);
    if (!certificate) return;
    constexpr int max_names = 100;
    if (auto* names =
            static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr))) {
        for (int i = 0; i < std::min(sk_GENERAL_NAME_num(names), max_names); ++i)
            if (const GENERAL_NAME* one = sk_GENERAL_NAME_value(names, i); one->type == GEN_DNS)
                sight.certificate_names.push_back(text_of(one->d.dNSName));
        GENERAL_NAMES_free(names);
    }
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    if (const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
        sight.certificate_names.empty() && at >= 0)
        sight.certificate_names.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) == 1)
        sight.certificate_expires = Instant(std::chrono::seconds(timegm(&end)));
    if (const long verdict = SSL_get_verify_result(ssl); verdict != X509_V_OK)
        sight.certificate_problem = X509_verify_cert_error_string(verdict);
}

Task<> look_behind_tls(Look& look) {
    const auto go = co_await exchange(look.socket, look.reader, "STARTTLS\r\n");
    if (!go || go->code != 220) {
        look.sight.tls_problem =
            go ? fmt::format("STARTTLS was answered {} {}", go->code, go->lines.front()) : go.error().message;
        co_return;
    }
    if (look.reader.left() > 0) {
        look.sight.tls_problem = "it sent more octets in clear behind its answer to STARTTLS";
        co_return;
    }
    asio::ssl::context context(asio::ssl::context::tls_client);
    boost::system::error_code no_roots;  // without them, every certificate is reported as unknown
    context.set_default_verify_paths(no_roots);
    context.set_verify_mode(asio::ssl::verify_none);  // what is wrong with it is reported, nothing is entrusted to it
    Tls tls(look.socket, context);
    SSL_set_tlsext_host_name(tls.native_handle(), look.name.c_str());
    const auto [error] = co_await tls.async_handshake(asio::ssl::stream_base::client, as_values);
    if (error) {
        look.sight.tls_problem = error.message();
        co_return;
    }
    look.sight.tls_version = SSL_get_version(tls.native_handle());
    read_certificate(tls.native_handle(), look.sight);
    wire::SmtpReplyReader reader;
    const auto ehlo = co_await exchange(tls, reader, "EHLO " + look.greeting + "\r\n");
    if (ehlo && ehlo->code == 250) look.sight.ehlo_tls.assign(ehlo->lines.begin() + 1, ehlo->lines.end());
    // The farewell is a courtesy: what comes of it changes nothing.
    (void)co_await exchange(tls, reader, "QUIT\r\n");
}

Task<bool> take_look(Look& look, asio::ip::tcp::endpoint server) {
    const auto [refused] = co_await look.socket.async_connect(server, as_values);
    if (refused) {
        look.sight.unknown = fmt::format("no connection: {}", refused.message());
        look.sight.timed_out = refused == asio::error::timed_out;
        co_return true;
    }
    const auto greeting = co_await read_reply(look.socket, look.reader);
    if (!greeting || greeting->code != 220) {
        look.sight.unknown = greeting ? fmt::format("it greets with {} {}", greeting->code, greeting->lines.front())
                                      : greeting.error().message;
        co_return true;
    }
    look.sight.banner = greeting->lines.front();
    const auto ehlo = co_await exchange(look.socket, look.reader, "EHLO " + look.greeting + "\r\n");
    if (!ehlo || ehlo->code != 250) {
        look.sight.unknown =
            ehlo ? fmt::format("it answers EHLO with {} {}", ehlo->code, ehlo->lines.front()) : ehlo.error().message;
        co_return true;
    }
    look.sight.ehlo.assign(ehlo->lines.begin() + 1, ehlo->lines.end());
    look.sight.offered_tls = std::ranges::find(look.sight.ehlo, "STARTTLS") != look.sight.ehlo.end();
    if (look.sight.offered_tls) co_await look_behind_tls(look);
    else (void)co_await exchange(look.socket, look.reader, "QUIT\r\n");  // likewise
    co_return true;
}

}  // namespace

Task<SmtpSight> look_at_smtp(Loop& loop, Endpoint server, std::string name, std::string greeting,
                             Clock::time_point deadline) {
    Look look{Socket(loop.executor()), {}, {}, std::move(greeting), std::move(name)};
    look.sight.unknown = "it did not answer in time";
    const bool connected_in_time =
        (co_await with_deadline(take_look(look, asio::ip::tcp::endpoint(to_asio(server.address), server.port)),
                                deadline))
            .has_value();
    if (!connected_in_time) {
        look.sight.timed_out = look.sight.banner.empty();
        if (!look.sight.ehlo.empty()) {
            look.sight.unknown.clear();  // what was seen holds; the rest of the conversation did not come
            if (look.sight.offered_tls && look.sight.tls_version.empty() && look.sight.tls_problem.empty())
                look.sight.tls_problem = "it did not finish in time";
        }
    } else if (look.sight.unknown == "it did not answer in time") {
        look.sight.unknown.clear();
    }
    co_return std::move(look.sight);
}

}  // namespace postern::net
