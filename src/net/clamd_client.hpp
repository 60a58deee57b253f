// SPDX-License-Identifier: Apache-2.0
// Asks clamd about a message: by descriptor where both are on one machine (FILDES), else as a stream (INSTREAM).
//
// A connection a scan, as clamd likes it. While clamd starts or loads signatures nobody listens: the question is asked again once a
// second until the deadline. Whatever goes wrong is a verdict of its own ("scan.no_answer"), never clean.
#pragma once

#include "net/socket_address.hpp"
#include "net/stream.hpp"
#include "wire/clamd.hpp"

namespace postern::net {

class ClamdClient {
public:
    ClamdClient(Executor executor, SocketAddress server) : executor_(executor), server_(std::move(server)) {}

    /// As a stream; `octets` outlives the call.
    Task<wire::ScanVerdict> scan(const std::string& octets, Clock::time_point deadline);
    /// A file of this process, read by clamd from its beginning; unix sockets only.
    Task<wire::ScanVerdict> scan_descriptor(int file, Clock::time_point deadline);
    /// "ClamAV 1.4.3/27500/Tue Nov 24 08:00:00 2026". Errors: net.*
    Task<Result<std::string>> version(Clock::time_point deadline);

    [[nodiscard]] bool local() const { return server_.is_unix(); }

private:
    enum class Way : std::uint8_t { stream, descriptor, version };
    struct Question {
        Way way;
        const std::string* octets = nullptr;
        int file = -1;
    };

    Task<wire::ScanVerdict> scan(Question question, Clock::time_point deadline);
    Task<Result<std::string>> ask(Question question);
    Task<Result<void>> send(Stream& stream, Question question);

    Executor executor_;
    SocketAddress server_;
};

}  // namespace postern::net
