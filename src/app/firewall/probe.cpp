// SPDX-License-Identifier: Apache-2.0
#include "app/firewall/probe.hpp"

#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace postern::app::firewall {
namespace {

constexpr int could_not = 255;  // no errno is that large

/// errno of the attempt, 0 if it succeeded. Runs in the child: system calls only.
int attempt(std::uint32_t uid, const sockaddr* to, socklen_t length, int patience_ms) {
    if (uid != geteuid() &&
        (setgroups(0, nullptr) != 0 || setresgid(65'534, 65'534, 65'534) != 0 || setresuid(uid, uid, uid) != 0))
        return could_not;
    const int one = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (one < 0) return could_not;
    if (connect(one, to, length) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    pollfd watched{one, POLLOUT, 0};
    if (poll(&watched, 1, patience_ms) <= 0) return ETIMEDOUT;
    int why = could_not;
    socklen_t size = sizeof why;
    getsockopt(one, SOL_SOCKET, SO_ERROR, &why, &size);
    return why;
}

}  // namespace

Reached connect_as(std::uint32_t uid, const IpAddress& target, std::uint16_t port, std::chrono::milliseconds patience) {
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    v4.sin_family = AF_INET;
    v6.sin6_family = AF_INET6;
    v4.sin_port = v6.sin6_port = htons(port);
    if (target.is_v4()) std::memcpy(&v4.sin_addr, target.octets().data(), 4);
    else std::memcpy(&v6.sin6_addr, target.octets().data(), 16);
    const auto* to = target.is_v4() ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
    const auto length = static_cast<socklen_t>(target.is_v4() ? sizeof v4 : sizeof v6);
    const pid_t child = fork();
    if (child < 0) return Reached::failed;
    if (child == 0) _exit(attempt(uid, to, length, static_cast<int>(patience.count())));
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    switch (WIFEXITED(status) ? WEXITSTATUS(status) : could_not) {
    case 0: return Reached::connected;
    case ECONNREFUSED:
    case ECONNRESET:
    case EPERM:
    case EACCES: return Reached::refused;
    case ETIMEDOUT: return Reached::silent;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL: return Reached::no_route;
    default: return Reached::failed;
    }
}

}  // namespace postern::app::firewall
