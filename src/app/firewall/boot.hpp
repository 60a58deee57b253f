// SPDX-License-Identifier: Apache-2.0
// What makes the rules outlive a reboot and a reload: a file that nft loads, and a unit that loads it.
//
// The unit is wanted by nftables.service too and follows its reloads: /etc/nftables.conf begins with "flush ruleset" on Debian, so
// every reload of it would wipe our table. Files are written whole or not at all. systemctl is never run: links are all it would make.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace postern::app::firewall {

struct BootFiles {
    std::filesystem::path root;  ///< "/", or where an image is mounted

    [[nodiscard]] std::filesystem::path rules() const { return root / "etc/postern/egress.nft"; }
    /// The same without the rule of a cgroup; only where there is one.
    [[nodiscard]] std::filesystem::path early_rules() const { return root / "etc/postern/egress-early.nft"; }
    [[nodiscard]] std::filesystem::path unit() const { return root / "etc/systemd/system/postern-firewall.service"; }
    [[nodiscard]] std::filesystem::path at_boot() const {
        return root / "etc/systemd/system/sysinit.target.wants/postern-firewall.service";
    }
    [[nodiscard]] std::filesystem::path at_reload() const {
        return root / "etc/systemd/system/nftables.service.wants/postern-firewall.service";
    }
    [[nodiscard]] std::filesystem::path other_rules() const { return root / "etc/nftables.conf"; }
};

/// Errors: firewall.boot_file (which, and why).
[[nodiscard]] Result<void> write_boot_files(const BootFiles& files, const std::string& rules);
[[nodiscard]] Result<void> remove_boot_files(const BootFiles& files);
/// Of these files, those that there are.
[[nodiscard]] std::vector<std::filesystem::path> present(const BootFiles& files);
/// The file's octets; nothing if it cannot be read or is larger than 4 MiB.
[[nodiscard]] std::optional<std::string> read_whole(const std::filesystem::path& path);
/// Readable by root alone, on disk before it takes the old one's place. Errors: firewall.boot_file.
[[nodiscard]] Result<void> write_whole(const std::filesystem::path& path, const std::string& text);

}  // namespace postern::app::firewall
