// SPDX-License-Identifier: Apache-2.0
#include "app/collect/inside.hpp"

#include <fmt/format.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

namespace postern::app {
namespace {

constexpr std::int64_t max_lease_file = 64 * 1024 * 1024;
constexpr int max_messages = 4'096;

struct Descriptor {
    int number;
    ~Descriptor() {
        if (number >= 0) close(number);
    }
};

std::string where_to_ask(const IpAddress& address) {
    const std::string ip = address.to_string();
    return fmt::format(
        "{} is on no network of this host: its MAC is known to the router in front of it; ask there, Linux: ip "
        "neigh show {}; MikroTik: {} print where address={}; Cisco: show {} {}",
        ip, ip, address.is_v4() ? "/ip arp" : "/ipv6 neighbor", ip, address.is_v4() ? "ip arp" : "ipv6 neighbors", ip);
}

}  // namespace

evidence::Neighbours read_kernel_neighbours() {
    evidence::Neighbours out;
    const Descriptor netlink{socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
    struct {
        nlmsghdr header;
        ndmsg message;
    } request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_GETNEIGH;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    const timeval patience{1, 0};
    if (netlink.number < 0 || setsockopt(netlink.number, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        send(netlink.number, &request, sizeof request, 0) != static_cast<ssize_t>(sizeof request))
        return out;
    std::array<char, 65'536> octets{};
    for (int i = 0; i < max_messages; ++i) {
        const ssize_t count = recv(netlink.number, octets.data(), octets.size(), 0);
        if (count <= 0 || evidence::read_neighbour_messages({octets.data(), static_cast<std::size_t>(count)}, out))
            break;
    }
    return out;
}

std::vector<std::string> usual_lease_files() {
    return {"/var/lib/misc/dnsmasq.leases", "/var/lib/dnsmasq/dnsmasq.leases", "/tmp/dhcp.leases",
            "/var/lib/kea/kea-leases4.csv", "/var/lib/kea/kea-leases6.csv",    "/var/lib/dhcp/dhcpd.leases"};
}

egress::Identity identify(const IpAddress& address, const evidence::Neighbours& neighbours,
                          const std::map<std::string, evidence::Leases>& leases) {
    egress::Identity out;
    if (const auto neighbour = neighbours.find(address); neighbour != neighbours.end()) out.mac = neighbour->second;
    for (const auto& [path, known] : leases) {
        const auto lease = known.find(address);
        if (lease == known.end()) continue;
        if (out.mac.empty()) out.mac = lease->second.mac;
        // Another machine's MAC: it uses an address that was leased to somebody else, whose name would mislead.
        if (lease->second.name.empty() || (!lease->second.mac.empty() && lease->second.mac != out.mac)) continue;
        out.dhcp_name = lease->second.name;
        out.dhcp_source = path;
    }
    // IPv6 addresses are mostly chosen by the machines; the lease of IPv4 names the same MAC.
    for (const auto& [path, known] : leases)
        for (const auto& [ip, lease] : known)
            if (out.dhcp_name.empty() && !out.mac.empty() && lease.mac == out.mac && !lease.name.empty()) {
                out.dhcp_name = lease.name;
                out.dhcp_source = path;
            }
    out.on_link = !out.mac.empty();
    if (out.mac.empty()) out.note = where_to_ask(address);
    return out;
}

Inside::Inside(std::vector<std::string> lease_files, Found found) : found_(std::move(found)) {
    for (std::string& path : lease_files) files_[std::move(path)];
    thread_ = std::thread([this] { run(); });
}

Inside::~Inside() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Inside::ask(const IpAddress& address) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= max_waiting) return;
        waiting_.push_back(address);
    }
    wake_.notify_one();
}

void Inside::refresh() {
    for (auto& [path, file] : files_) {
        struct stat now{};
        if (stat(path.c_str(), &now) != 0 || now.st_size > max_lease_file) continue;
        const std::int64_t changed = now.st_mtim.tv_sec * 1'000'000'000 + now.st_mtim.tv_nsec;
        if (changed == file.changed && now.st_size == file.octets) continue;
        std::ifstream stream(path, std::ios::binary);
        std::ostringstream text;
        if (!stream || !(text << stream.rdbuf())) continue;  // unreadable or empty: what was known before holds
        leases_[path] = evidence::read_leases(text.str());
        file = {changed, now.st_size};
    }
}

void Inside::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
        if (ending_) return;
        const std::deque<IpAddress> questions = std::exchange(waiting_, {});
        lock.unlock();
        refresh();
        const evidence::Neighbours neighbours = read_kernel_neighbours();
        for (const IpAddress& address : questions) found_(address, identify(address, neighbours, leases_));
        lock.lock();
    }
}

}  // namespace postern::app
