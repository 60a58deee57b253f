// SPDX-License-Identifier: Apache-2.0
#include "reputation/subject.hpp"

#include <fmt/format.h>

namespace postern::reputation {

std::string_view to_string(Kind kind) {
    switch (kind) {
    case Kind::ip4: return "ip4";
    case Kind::ip6: return "ip6";
    case Kind::domain: return "domain";
    }
    return "domain";
}

Result<std::vector<Subject>> Subject::all_of(const Network& network) {
    if (network.first().is_v6() && network.prefix() == 64) return std::vector{Subject(network)};
    if (network.size() > max_network)
        return fail("subject.network_too_large",
                    fmt::format("{} holds more than {} addresses; give the ones you send mail from{}",
                                network.to_string(), max_network, network.first().is_v6() ? ", or a /64" : ""));
    std::vector<Subject> subjects;
    IpAddress address = network.first();
    for (std::uint64_t i = 0; i < network.size(); ++i, address = address.next()) subjects.emplace_back(address);
    return subjects;
}

Kind Subject::kind() const {
    if (const IpAddress* ip = address()) return ip->is_v4() ? Kind::ip4 : Kind::ip6;
    return Kind::domain;
}

const IpAddress* Subject::address() const {
    if (const auto* network = std::get_if<Network>(&what_)) return &network->first();
    return std::get_if<IpAddress>(&what_);
}

std::string Subject::to_string() const {
    if (const auto* network = std::get_if<Network>(&what_)) return network->to_string();
    if (const auto* ip = std::get_if<IpAddress>(&what_)) return ip->to_string();
    return std::string(std::get<DomainName>(what_).text());
}

}  // namespace postern::reputation
