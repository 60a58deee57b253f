// SPDX-License-Identifier: Apache-2.0
// Who stands behind an inside address, on a thread of its own: the kernel's neighbour table and the DHCP server's lease files.
//
// Files may be large and disks slow, so no loop waits for them. A file is read again when it has changed. Neither needs root, if the
// lease file may be read.
#pragma once

#include "egress/offender.hpp"
#include "evidence/leases.hpp"
#include "evidence/neighbours.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace postern::app {

/// IPv4 and IPv6, from the kernel. Empty if it does not tell.
[[nodiscard]] evidence::Neighbours read_kernel_neighbours();
/// Where dnsmasq, Kea and ISC dhcpd usually keep theirs.
[[nodiscard]] std::vector<std::string> usual_lease_files();

/// What the tables say of an address. Without a MAC, `note` says where to ask.
[[nodiscard]] egress::Identity identify(const IpAddress& address, const evidence::Neighbours& neighbours,
                                        const std::map<std::string, evidence::Leases>& leases);

class Inside {
public:
    static constexpr std::size_t max_waiting = 1'000;
    /// Called on this object's thread.
    using Found = std::function<void(IpAddress, egress::Identity)>;

    Inside(std::vector<std::string> lease_files, Found found);
    ~Inside();
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

    /// Any thread. Beyond `max_waiting` questions the address is not looked up; a later attempt asks again.
    void ask(const IpAddress& address);

private:
    struct File {
        std::int64_t changed = -1, octets = -1;
    };

    void run();
    void refresh();

    Found found_;
    std::map<std::string, File> files_;
    std::map<std::string, evidence::Leases> leases_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<IpAddress> waiting_;  // guarded by mutex_, as is the next
    bool ending_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace postern::app
