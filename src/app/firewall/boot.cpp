// SPDX-License-Identifier: Apache-2.0
#include "app/firewall/boot.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace postern::app::firewall {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view unit_head = R"([Unit]
Description=Postern: port 25 outward for the mail server alone
Documentation=man:postern(1)
DefaultDependencies=no
After=local-fs.target nftables.service
Before=network-pre.target shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target
# nftables.service flushes every table when it is reloaded or restarted: ours is loaded again behind it.
ReloadPropagatedFrom=nftables.service
PartOf=nftables.service

[Service]
Type=oneshot
RemainAfterExit=yes
)";
constexpr std::string_view unit_tail = R"(ExecReload=/usr/sbin/nft -f /etc/postern/egress.nft

[Install]
WantedBy=sysinit.target nftables.service
)";

/// nft takes no rule for a cgroup that is not there, and at boot the mail server's is not: first the rules without it, so that port 25
/// is shut, then all of them if they can be. A reload once the service runs lets it out (docs/egress.md).
std::string unit_text(bool with_early) {
    std::string out(unit_head);
    if (with_early)
        out += "ExecStart=/usr/sbin/nft -f /etc/postern/egress-early.nft\nExecStart=-/usr/sbin/nft -f "
               "/etc/postern/egress.nft\n";
    else out += "ExecStart=/usr/sbin/nft -f /etc/postern/egress.nft\n";
    return out + std::string(unit_tail);
}

std::string without_cgroup(std::string_view rules) {
    std::string out;
    while (!rules.empty()) {
        const auto end = std::min(rules.find('\n'), rules.size() - 1) + 1;
        if (!rules.substr(0, end).contains("socket cgroupv2")) out += rules.substr(0, end);
        rules.remove_prefix(end);
    }
    return out;
}

std::unexpected<Error> fault(const fs::path& path) {
    return fail("firewall.boot_file", fmt::format("{}: {}", path.string(), std::strerror(errno)));
}

Result<void> link_unit(const fs::path& path) {
    std::error_code why;
    fs::create_directories(path.parent_path(), why);
    fs::remove(path, why);
    fs::create_symlink("../postern-firewall.service", path, why);
    if (why) return fail("firewall.boot_file", fmt::format("{}: {}", path.string(), why.message()));
    return {};
}

Result<void> remove_file(const fs::path& path) {
    std::error_code why;
    fs::remove(path, why);
    if (why) return fail("firewall.boot_file", fmt::format("{}: {}", path.string(), why.message()));
    return {};
}

/// What loads goes before what is loaded.
std::vector<fs::path> all_of(const BootFiles& files) {
    return {files.at_boot(), files.at_reload(), files.unit(), files.rules(), files.early_rules()};
}

}  // namespace

Result<void> write_whole(const fs::path& path, const std::string& text) {
    std::error_code why;
    fs::create_directories(path.parent_path(), why);  // a failure shows when the file is opened
    const std::string beside = path.string() + ".new";
    const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return fault(beside);
    std::string_view rest = text;
    while (!rest.empty()) {
        const ssize_t put = write(file, rest.data(), rest.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) break;
        rest.remove_prefix(static_cast<std::size_t>(put));
    }
    const bool whole = rest.empty() && fsync(file) == 0;
    const auto broken = fault(beside);
    close(file);
    if (!whole || rename(beside.c_str(), path.c_str()) != 0) {
        unlink(beside.c_str());
        return whole ? fault(path) : broken;
    }
    return {};
}

std::optional<std::string> read_whole(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::error_code why;
    if (!file || fs::file_size(path, why) > 4U * 1024 * 1024 || why) return std::nullopt;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

Result<void> write_boot_files(const BootFiles& files, const std::string& rules) {
    const std::string early = without_cgroup(rules);
    const bool with_early = early != rules;
    if (auto done = with_early ? write_whole(files.early_rules(), early) : remove_file(files.early_rules()); !done)
        return done;
    if (auto done = write_whole(files.rules(), rules); !done) return done;
    if (auto done = write_whole(files.unit(), unit_text(with_early)); !done) return done;
    if (auto done = link_unit(files.at_boot()); !done) return done;
    return link_unit(files.at_reload());
}

std::vector<fs::path> present(const BootFiles& files) {
    std::vector<fs::path> out;
    std::error_code why;
    for (const fs::path& path : all_of(files))
        if (fs::symlink_status(path, why).type() != fs::file_type::not_found && !why) out.push_back(path);
    return out;
}

Result<void> remove_boot_files(const BootFiles& files) {
    for (const fs::path& path : all_of(files))
        if (auto done = remove_file(path); !done) return done;
    return {};
}

}  // namespace postern::app::firewall
