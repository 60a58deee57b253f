// SPDX-License-Identifier: Apache-2.0
#include "app/firewall/facts.hpp"

#include "base/contains.hpp"
#include "evidence/host.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

namespace postern::app::firewall {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text, line;
    while (text.size() < 16U * 1024 * 1024 && std::getline(file, line)) text += line + '\n';
    return text;
}

std::optional<IpAddress> address_of(const sockaddr* from) {
    if (from == nullptr) return std::nullopt;
    if (from->sa_family == AF_INET) {
        std::array<std::uint8_t, 4> octets{};
        std::memcpy(octets.data(), &reinterpret_cast<const sockaddr_in*>(from)->sin_addr, 4);
        return IpAddress::from_v4(octets);
    }
    if (from->sa_family != AF_INET6) return std::nullopt;
    std::array<std::uint8_t, 16> octets{};
    std::memcpy(octets.data(), &reinterpret_cast<const sockaddr_in6*>(from)->sin6_addr, 16);
    return IpAddress::from_v6(octets);
}

sockaddr_storage socket_address(const IpAddress& address, std::uint16_t port, socklen_t& length) {
    sockaddr_storage out{};
    if (address.is_v4()) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(out);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&v4.sin_addr, address.octets().data(), 4);
        length = sizeof v4;
    } else {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        std::memcpy(&v6.sin6_addr, address.octets().data(), 16);
        length = sizeof v6;
    }
    return out;
}

struct Leg {
    std::string interface;
    IpAddress address;
};

std::vector<Leg> legs() {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return {};
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> holder(list, &freeifaddrs);
    std::vector<Leg> out;
    for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next)
        if (const auto address = address_of(one->ifa_addr)) out.push_back({one->ifa_name, *address});
    return out;
}

/// The interface whose address the kernel would take towards `target`: a datagram socket asks the routes and sends nothing.
std::optional<std::string> device_towards(const IpAddress& target, const std::vector<Leg>& own) {
    socklen_t length = 0;
    const sockaddr_storage to = socket_address(target, 9, length);
    const int probe = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return std::nullopt;
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const bool known = connect(probe, reinterpret_cast<const sockaddr*>(&to), length) == 0 &&
                       getsockname(probe, reinterpret_cast<sockaddr*>(&from), &size) == 0;
    close(probe);
    if (!known) return std::nullopt;
    const auto address = address_of(reinterpret_cast<const sockaddr*>(&from));
    for (const Leg& leg : own)
        if (address && leg.address == *address) return leg.interface;
    return std::nullopt;
}

/// Where the default routes lead. IPv4: destination and mask 0; IPv6: prefix length 0, and not the kernel's "unreachable" on lo.
void read_routes(egress::HostFacts& facts) {
    const auto add = [&](const std::string& device) {
        if (!contains(facts.default_devices, device)) facts.default_devices.push_back(device);
    };
    std::istringstream v4(read_file("/proc/net/route")), v6(read_file("/proc/net/ipv6_route"));
    std::string line;
    while (std::getline(v4, line)) {
        std::istringstream words(line);
        std::string device, destination, gateway, flags, count, use, metric, mask;
        words >> device >> destination >> gateway >> flags >> count >> use >> metric >> mask;
        if (destination == "00000000" && mask == "00000000") add(device);
    }
    while (std::getline(v6, line)) {
        std::istringstream words(line);
        std::vector<std::string> all;
        for (std::string word; words >> word;) all.push_back(word);
        if (all.size() != 10 || all[1] != "00" || all[9] == "lo") continue;
        facts.default_route_v6 = true;
        add(all[9]);
    }
}

void read_sockets(egress::HostFacts& facts) {
    for (const char* path : {"/proc/net/tcp", "/proc/net/tcp6"})
        for (const evidence::Socket& one : evidence::read_socket_table(read_file(path))) {
            if (one.listening && !contains(facts.listening, one.local_port)) facts.listening.push_back(one.local_port);
            const bool outward = !one.listening && one.remote_port == 25 &&
                                 !contains(facts.own_addresses, one.remote) && one.remote != one.local;
            if (outward && !contains(facts.senders_now, one.uid)) facts.senders_now.push_back(one.uid);
        }
}

}  // namespace

egress::HostFacts collect_facts(const egress::Model& model) {
    egress::HostFacts facts;
    facts.today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    for (const auto& [uid, name] : evidence::read_users(read_file("/etc/passwd"))) facts.users.emplace(name, uid);
    const std::vector<Leg> own = legs();
    for (const Leg& leg : own) facts.own_addresses.push_back(leg.address);
    std::error_code ignored;  // no /sys: no names, and nothing is held against the model
    for (const auto& entry : fs::directory_iterator("/sys/class/net", ignored))
        facts.interfaces.push_back(entry.path().filename());
    for (const Leg& leg : own)  // /sys shows the namespace in which it was mounted; addresses are always of this one
        if (!contains(facts.interfaces, leg.interface)) facts.interfaces.push_back(leg.interface);
    read_routes(facts);
    read_sockets(facts);
    for (const Network& server : model.mail_servers)
        if (const auto device = device_towards(server.first(), own))
            facts.device_towards.emplace(server.first(), *device);
    if (!model.cgroup.empty())
        facts.cgroup_resolves = fs::is_directory(fs::path("/sys/fs/cgroup") / model.cgroup, ignored);
    return facts;
}

egress::Surroundings collect_surroundings() {
    egress::Surroundings around;
    egress::HostFacts routes;
    read_routes(routes);
    around.default_devices = routes.default_devices;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/sys/class/net", ignored)) {
        if (!fs::is_directory(entry.path() / "brif", ignored)) continue;
        egress::Bridge bridge{entry.path().filename(), {}};
        for (const auto& port : fs::directory_iterator(entry.path() / "brif", ignored))
            bridge.ports.push_back(port.path().filename());
        std::ranges::sort(bridge.ports);
        around.bridges.push_back(std::move(bridge));
    }
    around.bridges_meet_forward = read_file("/proc/sys/net/bridge/bridge-nf-call-iptables").starts_with("1") &&
                                  read_file("/proc/sys/net/bridge/bridge-nf-call-ip6tables").starts_with("1");
    return around;
}

egress::Model resolve(egress::Model model, const egress::HostFacts& facts) {
    for (egress::User& user : model.mta_users)
        if (const auto known = facts.users.find(user.name); known != facts.users.end()) user.uid = known->second;
    std::erase_if(model.mta_users, [&](const egress::User& user) { return !facts.users.contains(user.name); });
    if (facts.cgroup_resolves != true) model.cgroup.clear();
    return model;
}

}  // namespace postern::app::firewall
