// SPDX-License-Identifier: Apache-2.0
// Tried in a child, for what is given up does not come back.
#include "app/serve/confinement.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

namespace postern::app {
namespace {

constexpr const char* harmless = "/bin/true";

std::array<char*, 2> arguments() {
    static std::array<char, 10> name{"/bin/true"};
    return {name.data(), nullptr};
}

/// What a child that has given up exec says to a question: its exit code.
int asked(const std::function<bool()>& question) {
    const pid_t child = fork();
    if (child == 0) {
        const bool confined = give_up_exec().has_value();
        _exit(confined ? (question() ? 0 : 1) : 2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

std::string own_status(const std::string& field) {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(field + ":\t")) return line.substr(field.size() + 2);
    return {};
}

TEST(Confinement, a_program_runs_before_it_was_given_up) {
    const pid_t child = fork();
    if (child == 0) {
        execve(harmless, arguments().data(), environ);
        _exit(1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
TEST(Confinement, execve_fails) {
    EXPECT_EQ(asked([] { return execve(harmless, arguments().data(), environ) != 0 && errno == EPERM; }), 0);
}
TEST(Confinement, execveat_fails) {
    EXPECT_EQ(asked([] {
                  const int file = open(harmless, O_PATH | O_CLOEXEC);
                  return syscall(SYS_execveat, file, "", arguments().data(), environ, AT_EMPTY_PATH) != 0 &&
                         errno == EPERM;
              }),
              0);
}
TEST(Confinement, posix_spawn_and_a_shell_fail) {
    EXPECT_EQ(asked([] {
                  pid_t child = 0;
                  return posix_spawn(&child, harmless, nullptr, nullptr, arguments().data(), environ) != 0;
              }),
              0);
    EXPECT_EQ(asked([] { return std::system("exit 0") != 0; }), 0);
}
TEST(Confinement, holds_in_a_thread_and_in_a_child) {
    EXPECT_EQ(asked([] {
                  bool failed = false;
                  std::thread([&] { failed = execve(harmless, arguments().data(), environ) != 0; }).join();
                  return failed;
              }),
              0);
    EXPECT_EQ(asked([] {
                  const pid_t child = fork();
                  if (child == 0) _exit(execve(harmless, arguments().data(), environ) != 0 ? 0 : 1);
                  int status = 0;
                  waitpid(child, &status, 0);
                  return status == 0;
              }),
              0);
}
TEST(Confinement, no_rights_can_be_gained) {
    EXPECT_EQ(asked([] { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1; }), 0);
    EXPECT_EQ(asked([] { return own_status("Seccomp") == "2"; }), 0);
}
TEST(Confinement, what_the_daemon_does_goes_on) {
    EXPECT_EQ(asked([] {
                  const int file = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
                  const int door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
                  std::array<int, 2> pair{};
                  return file >= 0 && door >= 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0 &&
                         write(file, "x", 1) == 1 && mmap(nullptr, 1, PROT_READ, MAP_PRIVATE, file, 0) != MAP_FAILED;
              }),
              0);
}

}  // namespace
}  // namespace postern::app
