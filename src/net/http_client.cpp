// SPDX-License-Identifier: Apache-2.0
#include "net/deadline.hpp"
#include "net/http.hpp"
#include "net/http_fields.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <fmt/format.h>

namespace postern::net {
namespace {

namespace http = boost::beast::http;

std::string to_octets(const HttpRequest& request, std::string_view host) {
    return fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n{}\r\n{}", request.method, request.target,
                       host, request.body.size(), field_lines(request.fields), request.body);
}

HttpAnswer to_values(http::response<http::string_body>& message) {
    return {static_cast<int>(message.result_int()), fields_of(message), std::move(message.body())};
}

Error wrong(std::string_view what) {
    return {"net.http", fmt::format("the server's answer is no good HTTP: {}", what)};
}

}  // namespace

std::string HttpClient::host_field(const Options& options) {
    std::string out = options.host.contains(':') ? '[' + options.host + ']' : options.host;
    const std::uint16_t port = options.server.is_unix() ? std::uint16_t{0} : options.server.endpoint.port;
    if (port != 0 && port != (options.tls != nullptr ? 443 : 80)) out += fmt::format(":{}", port);
    return out;
}

Task<Result<void>> HttpClient::open() {
    stream_ = std::make_unique<Stream>(executor_);
    auto opened = co_await stream_->connect(options_.server);
    if (opened && options_.tls != nullptr) opened = co_await stream_->start_tls_client(*options_.tls, options_.host);
    if (!opened) stream_.reset();
    co_return opened;
}

Task<Result<HttpAnswer>> HttpClient::read_answer(bool head) {
    http::response_parser<http::string_body> parser;
    parser.header_limit(16 * 1024);
    parser.body_limit(options_.max_answer);
    parser.eager(true);
    parser.skip(head);
    std::string octets;
    for (;;) {
        const auto more = co_await stream_->read_some();
        if (!more) co_return std::unexpected(more.error());
        boost::system::error_code fault;
        if (more->empty()) {
            if (!parser.got_some()) co_return fail("net.closed", "the server closed the connection without an answer");
            parser.put_eof(fault);
            if (fault || !parser.is_done()) co_return std::unexpected(wrong("it ends early"));
        } else {
            octets += *more;
            const std::size_t used = parser.put(asio::buffer(octets), fault);
            octets.erase(0, used);
            if (fault && fault != http::error::need_more) co_return std::unexpected(wrong(fault.message()));
        }
        if (!parser.is_done()) continue;
        if (!parser.get().keep_alive() || more->empty()) stream_.reset();
        co_return to_values(parser.get());
    }
}

Task<Result<HttpAnswer>> HttpClient::converse(std::string octets, bool head) {
    // A kept connection may have been closed since: the question is then asked once more, over a new one.
    for (const bool reused : {stream_ != nullptr, false}) {
        if (!reused)
            if (auto opened = co_await open(); !opened) co_return std::unexpected(opened.error());
        const auto written = co_await stream_->write(octets);
        auto answer = written ? co_await read_answer(head) : Result<HttpAnswer>(std::unexpected(written.error()));
        if (!answer) stream_.reset();
        if (answer || !reused || answer.error().code == "net.http") co_return answer;
    }
    co_return fail("net.connect", "no connection");  // not reached: the second round returns
}

Task<Result<HttpAnswer>> HttpClient::ask(HttpRequest request, Clock::time_point deadline) {
    auto answer =
        co_await with_deadline(converse(to_octets(request, host_field(options_)), request.method == "HEAD"), deadline);
    if (answer) co_return *std::move(answer);
    stream_.reset();
    co_return fail("net.timeout", fmt::format("{} did not answer in time", options_.server.to_string()));
}

}  // namespace postern::net
