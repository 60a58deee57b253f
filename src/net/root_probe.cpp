// SPDX-License-Identifier: Apache-2.0
#include "net/root_probe.hpp"

#include "net/exchange.hpp"
#include "net/resolver.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace postern::net {
namespace {

constexpr std::uint16_t dns_port = 53;
constexpr auto first_wait = std::chrono::milliseconds(500);
constexpr auto second_wait = std::chrono::milliseconds(1'000);
constexpr std::size_t most_asked = 3;

Task<dns::Answer> ask_root(Loop& loop, Endpoint root, Clock::duration patience) {
    Resolver server(std::make_unique<Exchange>(loop, root, Exchange::Options{.label = {}, .recursion_desired = false}),
                    {});
    auto answer = co_await server.ask({DomainName{}, dns::Type::ns}, Clock::now() + patience);
    co_await server.close();
    co_return answer;
}

std::string listed(const std::vector<Endpoint>& roots) {
    std::string text;
    for (const Endpoint& root : roots) text.append(text.empty() ? "" : ", ").append(root.to_string(dns_port));
    return text;
}

}  // namespace

Task<RootProbe> probe_root(Loop& loop, std::vector<Endpoint> roots) {
    if (roots.size() > most_asked) roots.resize(most_asked);
    for (std::size_t i = 0; i < roots.size(); ++i) {
        const auto answer =
            co_await ask_root(loop, roots[i], i == 0 ? first_wait : second_wait / static_cast<int>(most_asked - 1));
        if (!answer.rcode) continue;
        if (answer.authoritative && !answer.recursion_available) co_return RootProbe{RootPath::open, {}};
        co_return RootProbe{RootPath::intercepted, fmt::format("something answers in the place of the root server {}",
                                                               roots[i].to_string(dns_port))};
    }
    co_return RootProbe{RootPath::blocked, fmt::format("no answer from the root servers {}", listed(roots))};
}

Result<std::vector<Endpoint>> read_root_hints(const std::string& path) {
    std::ifstream file(path);
    if (!file) return fail("dns.resolver.file", fmt::format("{}: cannot be read", path));
    std::vector<Endpoint> roots, v6;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line.substr(0, line.find(';')));
        std::string word, last;
        while (words >> word) last = word;
        if (const auto address = IpAddress::parse(last))
            (address->is_v4() ? roots : v6).push_back({*address, dns_port});
    }
    roots.insert(roots.end(), v6.begin(), v6.end());
    if (roots.empty()) return fail("dns.resolver.file", fmt::format("{}: holds no address of a root server", path));
    return roots;
}

std::vector<Endpoint> usual_roots() {
    std::vector<Endpoint> roots;
    for (const char* address : {"198.41.0.4", "192.5.5.241", "193.0.14.129"})
        roots.push_back({*IpAddress::parse(address), dns_port});
    return roots;
}

std::vector<Endpoint> read_system_resolvers(const std::string& path) {
    std::vector<Endpoint> servers;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string key, value;
        if (words >> key >> value && key == "nameserver")
            if (const auto address = IpAddress::parse(value)) servers.push_back({*address, dns_port});
    }
    return servers;
}

}  // namespace postern::net
