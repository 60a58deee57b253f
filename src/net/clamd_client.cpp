// SPDX-License-Identifier: Apache-2.0
#include "net/clamd_client.hpp"

#include "net/deadline.hpp"

#include <fmt/format.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace postern::net {
namespace {

constexpr auto between_tries = std::chrono::seconds(1);

/// One octet with a descriptor beside it; a fresh unix socket takes it at once. The file is passed at its beginning: its place is shared, and
/// a scanner that died over it may have left it anywhere.
Result<void> pass_descriptor(int socket, int file) {
    if (lseek(file, 0, SEEK_SET) < 0)
        return fail("net.write", fmt::format("the file could not be rewound: {}", std::strerror(errno)));
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    char octet = 0;
    iovec data{&octet, 1};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &file, sizeof file);
    if (sendmsg(socket, &message, MSG_NOSIGNAL) == 1) return {};
    return fail("net.write", fmt::format("the descriptor could not be passed: {}", std::strerror(errno)));
}

}  // namespace

Task<Result<void>> ClamdClient::send(Stream& stream, Question question) {
    if (question.way == Way::version) co_return co_await stream.write(std::string(wire::clamd_version));
    if (question.way == Way::descriptor) {
        auto written = co_await stream.write(std::string(wire::clamd_fildes));
        co_return written ? pass_descriptor(stream.descriptor(), question.file) : written;
    }
    constexpr std::size_t piece = 64 * 1024;
    const std::string_view octets = *question.octets;
    std::string out(wire::clamd_instream);
    for (std::size_t at = 0; at < octets.size(); at += piece) {
        out += wire::clamd_piece(octets.substr(at, piece));
        if (auto written = co_await stream.write(std::exchange(out, {})); !written) co_return written;
    }
    co_return co_await stream.write(out + wire::clamd_piece({}));
}

Task<Result<std::string>> ClamdClient::ask(Question question) {
    Stream stream(executor_);
    if (const auto connected = co_await stream.connect(server_); !connected)
        co_return std::unexpected(connected.error());
    // clamd answers and closes before the end of a stream that is too large: then its answer counts, not our broken pipe.
    const auto sent = co_await send(stream, question);
    std::string answer;
    while (answer.size() < wire::max_clamd_answer) {
        const auto more = co_await stream.read_some();
        if (!more || more->empty()) break;
        answer += *more;
        if (const auto end = answer.find('\0'); end != answer.npos) {
            answer.resize(end);
            co_return answer;
        }
    }
    if (!sent) co_return std::unexpected(sent.error());
    // What ends without its zero was cut, whatever it says so far; what is too long is judged as that.
    if (answer.size() < wire::max_clamd_answer)
        co_return fail("net.closed", "the scanner closed the connection without a whole answer");
    co_return answer;
}

Task<wire::ScanVerdict> ClamdClient::scan(Question question, Clock::time_point deadline) {
    for (;;) {
        const auto answer = co_await with_deadline(ask(question), deadline);
        if (!answer)
            co_return wire::ScanVerdict::unscannable(
                "scan.no_answer", fmt::format("the scanner at {} did not answer in time", server_.to_string()));
        if (*answer) co_return wire::read_clamd_answer(**answer);
        if (Clock::now() + between_tries >= deadline)
            co_return wire::ScanVerdict::unscannable("scan.no_answer", answer->error().message);
        Timer pause(executor_, between_tries);
        const auto [stopped] = co_await pause.async_wait(as_values);
        if (stopped) co_return wire::ScanVerdict::unscannable("scan.no_answer", "the scan was given up");
    }
}

Task<wire::ScanVerdict> ClamdClient::scan(const std::string& octets, Clock::time_point deadline) {
    return scan(Question{Way::stream, &octets, -1}, deadline);
}

Task<wire::ScanVerdict> ClamdClient::scan_descriptor(int file, Clock::time_point deadline) {
    return scan(Question{Way::descriptor, nullptr, file}, deadline);
}

Task<Result<std::string>> ClamdClient::version(Clock::time_point deadline) {
    auto answer = co_await with_deadline(ask({Way::version}), deadline);
    if (!answer) co_return fail("net.timeout", fmt::format("{} did not answer in time", server_.to_string()));
    co_return *std::move(answer);
}

}  // namespace postern::net
