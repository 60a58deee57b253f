// SPDX-License-Identifier: Apache-2.0
// Which resolver this run uses: the choice that resolver.hpp describes.
#include "net/exchange.hpp"
#include "net/resolver.hpp"
#include "net/root_probe.hpp"
#include "net/several_askers.hpp"
#include "net/unbound_asker.hpp"
#include "net/zone_router.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace postern::net {
namespace {

using AskerOrError = Result<std::unique_ptr<Asker>>;

// Where Debian's dns-root-data keeps them.
constexpr const char* system_root_hints = "/usr/share/dns/root.hints";
constexpr const char* system_trust_anchor = "/usr/share/dns/root.key";

bool readable(const std::string& path) { return access(path.c_str(), R_OK) == 0; }

std::unique_ptr<Asker> in_turn(Loop& loop, const std::vector<Endpoint>& servers, std::string_view prefix) {
    std::vector<std::unique_ptr<Asker>> askers;
    for (const Endpoint& server : servers) {
        auto label = prefix.empty() ? std::string{} : fmt::format("{} {}", prefix, server.to_string(53));
        askers.push_back(std::make_unique<Exchange>(loop, server, Exchange::Options{.label = std::move(label)}));
    }
    if (askers.size() == 1) return std::move(askers.front());
    return std::make_unique<SeveralAskers>(std::move(askers));
}

AskerOrError forwarding(Loop& loop, const ResolverOptions& options) {
    if (options.trust_anchor.empty()) return in_turn(loop, options.servers, {});
    return make_unbound_asker(loop,
                              {.root_hints = {}, .trust_anchor = options.trust_anchor, .forward_to = options.servers});
}

/// Own recursion, or the system's resolver with the reason in `note`.
Task<AskerOrError> recursing(Loop& loop, ResolverOptions options, std::string& note, bool& recurses) {
    std::string hints = options.root_hints;
    if (hints.empty() && readable(system_root_hints)) hints = system_root_hints;
    auto roots = hints.empty() ? Result<std::vector<Endpoint>>(usual_roots()) : read_root_hints(hints);
    if (!roots) co_return std::unexpected(roots.error());

    const RootProbe probe = co_await probe_root(loop, *std::move(roots));
    recurses = probe.path == RootPath::open;
    if (recurses) {
        std::string anchor = options.trust_anchor;
        // Another root has another key: the system's anchor would declare all of it bogus.
        if (anchor.empty() && options.root_hints.empty() && readable(system_trust_anchor)) anchor = system_trust_anchor;
        if (anchor.empty())
            note = options.root_hints.empty()
                       ? fmt::format("answers are not validated: there is no trust anchor at {}", system_trust_anchor)
                       : "answers are not validated: own root hints without --trust-anchor";
        co_return make_unbound_asker(loop, {.root_hints = hints, .trust_anchor = anchor, .forward_to = {}});
    }
    const auto servers = read_system_resolvers(options.system_resolvers);
    const std::string_view what =
        probe.path == RootPath::blocked ? "recursion is blocked here" : "port 53 is intercepted here";
    if (servers.empty())
        co_return fail("dns.resolver.none", fmt::format("{} ({}), and {} names no resolver; give one with --resolver",
                                                        what, probe.evidence, options.system_resolvers));
    auto asker = in_turn(loop, servers, "system resolver");
    note = fmt::format("{}: {}; asking the {} instead, whose answers are not validated", what, probe.evidence,
                       asker->name());
    co_return asker;
}

}  // namespace

Task<Result<std::unique_ptr<Resolver>>> open_resolver(Loop& loop, ResolverOptions options) {
    std::string note;
    bool recurses = false;
    auto main = options.servers.empty() ? co_await recursing(loop, options, note, recurses) : forwarding(loop, options);
    if (!main) co_return std::unexpected(main.error());
    if (!options.stubs.empty()) {
        std::vector<ZoneRouter::Stub> stubs;
        for (const auto& [zone, server] : options.stubs)
            stubs.push_back({zone, std::make_unique<Exchange>(
                                       loop, server, Exchange::Options{.label = {}, .recursion_desired = false})});
        main = std::make_unique<ZoneRouter>(*std::move(main), std::move(stubs));
    }
    co_return std::make_unique<Resolver>(*std::move(main), std::move(note), recurses);
}

}  // namespace postern::net
