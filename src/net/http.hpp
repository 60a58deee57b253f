// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 (RFC 9112) as values: a request, an answer, and the two conversations that carry them over a Stream.
//
// Beast reads and writes the wire form; sizes, counts and waits are bounded here. No chunked uploads are sent, no redirects followed.
#pragma once

#include "net/stream.hpp"

#include <functional>
#include <map>
#include <string>

namespace postern::net {

struct HttpRequest {
    std::string method = "GET";
    std::string target = "/";                                ///< "/checkv2", as it stands in the request line
    std::map<std::string, std::string, std::less<>> fields;  ///< names in lower case
    std::string body;

    /// "" when there is none. `name` in lower case.
    [[nodiscard]] std::string_view field(std::string_view name) const;
};

struct HttpAnswer {
    int status = 200;
    std::map<std::string, std::string, std::less<>> fields;  ///< names in lower case
    std::string body;
};

struct HttpLimits {
    std::size_t head = 8 * 1024;             ///< octets of the request line and fields
    std::size_t body = 1024 * 1024;          ///< octets
    std::chrono::milliseconds idle{30'000};  ///< between requests, and for a whole request
    std::size_t requests = 1'000;            ///< a connection
};

using HttpHandler = std::function<Task<HttpAnswer>(HttpRequest)>;

/// Serves one connection until the peer ends it, sends what is no HTTP (400), too much (413, 431) or too slowly (408), or `limits.requests`.
Task<> serve_http(Stream stream, HttpLimits limits, HttpHandler handler);
/// The same over a stream that does not move any more, for TLS has begun on it. The stream outlives the task.
Task<> serve_http_on(Stream& stream, HttpLimits limits, HttpHandler handler);

/// One connection to one server, kept between questions; opened anew when the server has closed it.
class HttpClient {
public:
    struct Options {
        SocketAddress server;
        std::string host;  ///< a name or an address without brackets: for the Host field, and SNI behind TLS
        asio::ssl::context* tls = nullptr;  ///< outlives the client; null: in clear
        std::size_t max_answer = 1024 * 1024;
    };

    HttpClient(Executor executor, Options options) : executor_(executor), options_(std::move(options)) {}

    /// One at a time. Errors: net.connect, net.tls, net.write, net.read, net.timeout, net.http (what is wrong with the answer).
    Task<Result<HttpAnswer>> ask(HttpRequest request, Clock::time_point deadline);
    [[nodiscard]] bool kept() const { return stream_ != nullptr; }
    /// "probe.example.net:8443", "[2001:db8::7]": with the port where it is not the scheme's own (RFC 9110 7.2).
    [[nodiscard]] static std::string host_field(const Options& options);

private:
    Task<Result<HttpAnswer>> converse(std::string octets, bool head);
    Task<Result<HttpAnswer>> read_answer(bool head);
    Task<Result<void>> open();

    Executor executor_;
    Options options_;
    std::unique_ptr<Stream> stream_;
};

}  // namespace postern::net
