// SPDX-License-Identifier: Apache-2.0
#include "app/firewall/boot.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace postern::app::firewall {
namespace {

namespace fs = std::filesystem;

constexpr const char* unit_text = R"([Unit]
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
ExecStart=/usr/sbin/nft -f /etc/postern/egress.nft
ExecReload=/usr/sbin/nft -f /etc/postern/egress.nft

[Install]
WantedBy=sysinit.target nftables.service
)";

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
    if (auto done = write_whole(files.rules(), rules); !done) return done;
    if (auto done = write_whole(files.unit(), unit_text); !done) return done;
    if (auto done = link_unit(files.at_boot()); !done) return done;
    return link_unit(files.at_reload());
}

Result<void> remove_boot_files(const BootFiles& files) {
    for (const fs::path& path : {files.at_boot(), files.at_reload(), files.unit(), files.rules()}) {
        std::error_code why;
        fs::remove(path, why);
        if (why) return fail("firewall.boot_file", fmt::format("{}: {}", path.string(), why.message()));
    }
    return {};
}

}  // namespace postern::app::firewall
