// SPDX-License-Identifier: Apache-2.0
#include "app/probe/settings.hpp"

#include "app/cli/shared_options.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>

namespace postern::app::probe {
namespace {

Result<std::uint16_t> read_port(std::string_view option, const std::string& text) {
    std::uint16_t port = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (fault != std::errc{} || end != text.data() + text.size() || port == 0)
        return bad_option(option, text, "is a port from 1 to 65535");
    return port;
}

Result<void> read_ports(const Invocation& invocation, ProbeSettings& out) {
    for (const auto& [option, ports] : {std::pair{"--port", &out.ports}, std::pair{"--tls-port", &out.tls_ports}}) {
        if (!invocation.has(option)) continue;
        ports->clear();
        for (const std::string& text : invocation.values(option)) {
            const auto port = read_port(option, text);
            if (!port) return std::unexpected(port.error());
            ports->push_back(*port);
        }
    }
    if (const auto text = invocation.value("--control-port")) {
        const auto port = read_port("--control-port", *text);
        if (!port) return std::unexpected(port.error());
        out.control_port = *port;
    }
    return {};
}

Result<void> read_places(const Invocation& invocation, ProbeSettings& out) {
    for (const auto& [option, into] : {std::pair{"--listen", &out.listen}, std::pair{"--address", &out.addresses}})
        for (const std::string& text : invocation.values(option)) {
            const auto ip = IpAddress::parse(text);
            if (!ip) return bad_option(option, text, "is an address such as 0.0.0.0 or 2001:db8::70");
            into->push_back(*ip);
        }
    if (out.listen.empty())
        return fail("usage", "--listen says on which address, such as 0.0.0.0; give it again for IPv6: --listen ::");
    const auto is_wildcard = [](const IpAddress& ip) { return ip.to_string() == "0.0.0.0" || ip.to_string() == "::"; };
    if (out.addresses.empty())
        for (const IpAddress& ip : out.listen)
            if (!is_wildcard(ip)) out.addresses.push_back(ip);
    return {};
}

Result<void> read_targets(const Invocation& invocation, ProbeSettings& out) {
    for (const std::string& text : invocation.values("--target")) {
        const auto ip = IpAddress::parse(text);
        const auto network = ip ? Result<Network>(Network::around(*ip, ip->bits())) : Network::parse(text);
        if (!network) return bad_option("--target", text, network.error().message);
        if (network->prefix() < (network->first().is_v4() ? 16 : 32))
            return bad_option("--target", text, "is wider than one organisation's network");
        out.targets.push_back(*network);
    }
    if (const auto text = invocation.value("--port25-control")) {
        const auto server = net::Endpoint::parse(*text, 25);
        if (!server) return bad_option("--port25-control", *text, server.error().message);
        out.port25_control = *server;
    }
    return {};
}

Result<void> read_name(const Invocation& invocation, ProbeSettings& out) {
    std::array<char, 256> own{};
    gethostname(own.data(), own.size() - 1);
    const std::string text = invocation.value("--name").value_or(own.data());
    const auto name = DomainName::parse(text);
    if (!name || name->label_count() < 2)
        return fail("usage", fmt::format("\"{}\" is no full host name; --name says the one that leads to this machine, "
                                         "such as probe.example.net",
                                         printable(text, 256)));
    out.name = std::string(name->text());
    return {};
}

Result<void> read_secrets(const Invocation& invocation, ProbeSettings& out) {
    const auto path = invocation.value("--token-file");
    if (!path)
        return fail(
            "usage",
            "--token-file says where the secrets are; postern probe --token-file FILE --add-token NAME makes one");
    out.token_file = *path;
    out.add_token = invocation.value("--add-token").value_or("");
    if (!out.add_token.empty() && access(path->c_str(), F_OK) != 0) return {};
    const auto text = read_file("--token-file", *path);
    if (!text) {
        if (access(path->c_str(), F_OK) == 0) return std::unexpected(text.error());
        return bad_option("--token-file", *path, "there is none yet; --add-token NAME makes it, with a first token");
    }
    struct stat seen{};
    if (stat(path->c_str(), &seen) == 0 && (seen.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return bad_option("--token-file", *path,
                          "others can read it; chmod 600, and if they could before, make a new one");
    auto tokens = parse_token_file(*text);
    if (!tokens) return bad_option("--token-file", *path, tokens.error().message);
    out.tokens = *std::move(tokens);
    return {};
}

}  // namespace

Result<ProbeSettings> read_probe_settings(const Invocation& invocation) {
    ProbeSettings out;
    if (auto done = read_secrets(invocation, out); !done) return std::unexpected(done.error());
    if (!out.add_token.empty()) return out;
    for (const auto read : {&read_ports, &read_places, &read_targets, &read_name})
        if (auto done = read(invocation, out); !done) return std::unexpected(done.error());
    out.certificate = invocation.value("--certificate").value_or("");
    out.key = invocation.value("--key").value_or("");
    if (out.certificate.empty() != out.key.empty()) return fail("usage", "--certificate and --key go together");
    if (const auto text = invocation.value("--max-per-address")) {
        const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), out.max_per_address);
        if (fault != std::errc{} || *end != '\0' || out.max_per_address < 1 || out.max_per_address > 10'000)
            return bad_option("--max-per-address", *text, "is from 1 to 10000");
    }
    return out;
}

}  // namespace postern::app::probe
