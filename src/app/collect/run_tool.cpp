// SPDX-License-Identifier: Apache-2.0
#include "app/collect/run_tool.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace postern::app {
namespace {

using Clock = std::chrono::steady_clock;

std::string find_tool(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::string folders = path == nullptr ? "/usr/bin:/bin" : path;
    folders += ":/usr/sbin:/sbin:/usr/local/sbin";
    for (std::size_t at = 0; at <= folders.size();) {
        const auto end = std::min(folders.find(':', at), folders.size());
        const std::string candidate = folders.substr(at, end - at) + "/" + name;
        if (candidate.front() == '/' && access(candidate.c_str(), X_OK) == 0) return candidate;
        at = end + 1;
    }
    return {};
}

struct Pipe {
    std::array<int, 2> ends{-1, -1};
    Pipe() {
        if (pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
    }
    ~Pipe() {
        for (const int end : ends)
            if (end >= 0) close(end);
    }
    void close_writing() {
        if (ends[1] >= 0) close(std::exchange(ends[1], -1));
    }
};

struct Given {
    int descriptor = -1;
    explicit Given(std::string_view text) {
        if (text.empty()) return;
        descriptor = memfd_create("input", MFD_CLOEXEC);
        while (descriptor >= 0 && !text.empty()) {
            const ssize_t put = write(descriptor, text.data(), text.size());
            if (put < 0) break;  // out of memory: the tool reads less than a whole input, and says so
            text.remove_prefix(static_cast<std::size_t>(put));
        }
        lseek(descriptor, 0, SEEK_SET);
    }
    Given(const Given&) = delete;
    Given& operator=(const Given&) = delete;
    ~Given() {
        if (descriptor >= 0) close(descriptor);
    }
};

}  // namespace

Result<void> stream_tool(std::vector<std::string> command, std::chrono::milliseconds time,
                         const std::function<bool(std::string_view)>& take, std::string_view input) {
    const std::string path = find_tool(command.front());
    if (path.empty()) return fail("tool.absent", fmt::format("{} is not installed", command.front()));
    Pipe out, err;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    // Input lies whole in memory before the tool starts: nobody waits for anybody.
    const Given given(input);
    if (given.descriptor >= 0) posix_spawn_file_actions_adddup2(&actions, given.descriptor, 0);
    else posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err.ends[1], 2);
    std::vector<char*> arguments;
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::array<char*, 3> environment{const_cast<char*>("LC_ALL=C"),
                                     const_cast<char*>("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nullptr};
    pid_t child = -1;
    const int fault = posix_spawn(&child, path.c_str(), &actions, nullptr, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    if (fault != 0) return fail("tool.failed", fmt::format("{}: {}", command.front(), std::strerror(fault)));
    out.close_writing();
    err.close_writing();

    const auto deadline = Clock::now() + time;
    std::string complaint;
    std::array<char, 65'536> buffer{};
    std::array<pollfd, 2> watched{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0}};
    bool stopped = false, slow = false;
    while (watched[0].fd >= 0 || watched[1].fd >= 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0 || poll(watched.data(), watched.size(), static_cast<int>(left)) == 0) {
            slow = true;
            break;
        }
        for (std::size_t i = 0; i < watched.size(); ++i) {
            if (watched[i].fd < 0 || watched[i].revents == 0) continue;
            const ssize_t got = read(watched[i].fd, buffer.data(), buffer.size());
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) watched[i].fd = -1;
            else if (i == 1)
                complaint.append(buffer.data(),
                                 std::min<std::size_t>(static_cast<std::size_t>(got),
                                                       1'000 - std::min<std::size_t>(complaint.size(), 1'000)));
            else if (!take({buffer.data(), static_cast<std::size_t>(got)})) stopped = true;
        }
        if (stopped) break;
    }
    if (stopped || slow) kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (slow)
        return fail("tool.too_slow", fmt::format("{} took longer than {} s", command.front(),
                                                 std::chrono::duration_cast<std::chrono::seconds>(time).count()));
    if (!stopped && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        return fail("tool.failed",
                    fmt::format("{}: {}", command.front(),
                                complaint.empty() ? "ended with a fault"
                                                  : printable(complaint.substr(0, complaint.find('\n')))));
    return {};
}

Result<std::string> run_tool(std::vector<std::string> command, ToolLimits limits, std::string_view input) {
    std::string out;
    const std::string name = command.front();
    const auto done = stream_tool(
        std::move(command), limits.time,
        [&](std::string_view piece) {
            out += piece;
            return out.size() <= limits.octets;
        },
        input);
    if (!done) return std::unexpected(done.error());
    if (out.size() > limits.octets)
        return fail("tool.too_much", fmt::format("{} said more than {} octets", name, limits.octets));
    return out;
}

}  // namespace postern::app
