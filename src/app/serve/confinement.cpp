// SPDX-License-Identifier: Apache-2.0
#include "app/serve/confinement.hpp"

#include <fmt/format.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace postern::app {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t own_arch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t own_arch = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t own_arch = 0;  // not known here: no filter
#endif

constexpr std::uint32_t x32_bit = 0x40000000;  // the third ABI of x86-64, which nobody uses
constexpr std::uint32_t refused = SECCOMP_RET_ERRNO | EPERM;

constexpr sock_filter load(std::size_t offset) {
    return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
}
constexpr sock_filter give(std::uint32_t verdict) { return {BPF_RET | BPF_K, 0, 0, verdict}; }
/// Goes `then` instructions further when it is so, `otherwise` when not.
constexpr sock_filter compare(std::uint16_t how, std::uint32_t with, std::uint8_t then, std::uint8_t otherwise) {
    return {static_cast<std::uint16_t>(BPF_JMP | how | BPF_K), then, otherwise, with};
}

Error cannot(const char* what) { return {"serve.confinement", fmt::format("{}: {}", what, std::strerror(errno))}; }

}  // namespace

Result<void> give_up_exec() {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return std::unexpected(cannot("rights could not be given up"));
#ifdef PR_SET_MDWE
    constexpr int set_mdwe = PR_SET_MDWE;
#else
    constexpr int set_mdwe = 65;  // Linux 6.3; Debian 12's headers do not name it
#endif
    (void)prctl(set_mdwe, 1, 0, 0, 0);  // an older kernel does without
    if (own_arch == 0) return fail("serve.confinement", "there is no filter of system calls for this processor");
    std::array program{
        load(offsetof(seccomp_data, arch)),
        compare(BPF_JEQ, own_arch, 1, 0),
        give(SECCOMP_RET_KILL_PROCESS),  // a call by another ABI's numbers
        load(offsetof(seccomp_data, nr)),
        compare(BPF_JGE, x32_bit, 2, 0),
        compare(BPF_JEQ, SYS_execve, 1, 0),
        compare(BPF_JEQ, SYS_execveat, 0, 1),
        give(refused),
        give(SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) != 0)
        return std::unexpected(cannot("running programs could not be given up"));
    return {};
}

}  // namespace postern::app
