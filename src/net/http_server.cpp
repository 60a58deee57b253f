// SPDX-License-Identifier: Apache-2.0
#include "net/deadline.hpp"
#include "net/http.hpp"
#include "net/http_fields.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <fmt/format.h>

#include <optional>

namespace postern::net {
namespace {

namespace http = boost::beast::http;

struct Read {
    std::optional<HttpRequest> request;
    int refuse = 0;  ///< the status to say before closing; 0: the peer has simply gone
    bool keep = false;
};

HttpRequest to_values(http::request<http::string_body>& message) {
    return {std::string(message.method_string()), std::string(message.target()), fields_of(message),
            std::move(message.body())};
}

int status_for(const boost::system::error_code& fault) {
    if (fault == http::error::body_limit) return 413;
    if (fault == http::error::header_limit) return 431;
    return 400;
}

/// `ahead` holds what came behind the request before.
Task<Read> read_request(Stream& stream, HttpLimits limits, std::string& ahead) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.head));
    parser.body_limit(limits.body);
    parser.eager(true);
    for (;;) {
        boost::system::error_code fault;
        if (!ahead.empty()) {
            const std::size_t used = parser.put(asio::buffer(ahead), fault);
            ahead.erase(0, used);
            if (fault && fault != http::error::need_more) co_return Read{.refuse = status_for(fault)};
            if (parser.is_done()) co_return Read{to_values(parser.get()), 0, parser.get().keep_alive()};
            if (ahead.size() > limits.head) co_return Read{.refuse = 431};
        }
        const auto more = co_await stream.read_some();
        if (!more || more->empty()) co_return Read{};
        ahead += *more;
    }
}

std::string to_octets(const HttpAnswer& answer, bool keep, bool head_only) {
    std::string out = fmt::format("HTTP/1.1 {} {}\r\nContent-Length: {}\r\nConnection: {}\r\n", answer.status,
                                  std::string_view(http::obsolete_reason(static_cast<http::status>(answer.status))),
                                  answer.body.size(), keep ? "keep-alive" : "close");
    out += field_lines(answer.fields) + "\r\n";
    if (!head_only) out += answer.body;
    return out;
}

Task<bool> write_within(Stream& stream, std::string octets, Clock::time_point deadline) {
    const auto written = co_await with_deadline(stream.write(std::move(octets)), deadline);
    co_return written && written->has_value();
}

}  // namespace

std::string_view HttpRequest::field(std::string_view name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string_view{} : std::string_view(found->second);
}

Task<> serve_http(Stream stream, HttpLimits limits, HttpHandler handler) {
    co_await serve_http_on(stream, limits, std::move(handler));
}

Task<> serve_http_on(Stream& stream, HttpLimits limits, HttpHandler handler) {
    std::string ahead;
    for (std::size_t served = 0; served < limits.requests; ++served) {
        const auto read = co_await with_deadline(read_request(stream, limits, ahead), Clock::now() + limits.idle);
        const int refuse = read ? read->refuse : ahead.empty() && served > 0 ? 0 : 408;
        if (!read || !read->request) {
            if (refuse != 0)
                co_await write_within(stream, to_octets({refuse, {}, {}}, false, false), Clock::now() + limits.idle);
            break;
        }
        const bool head_only = read->request->method == "HEAD";
        const bool keep = read->keep && served + 1 < limits.requests;
        const HttpAnswer answer = co_await handler(*read->request);
        if (!co_await write_within(stream, to_octets(answer, keep, head_only), Clock::now() + limits.idle) || !keep)
            break;
    }
    stream.close();
}

}  // namespace postern::net
