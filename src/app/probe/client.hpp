// SPDX-License-Identifier: Apache-2.0
// A probe elsewhere as an audit uses it: `--vantage NAME=https://HOST:PORT/#SECRET.PIN` (docs/probe.md).
//
// The probe is trusted by its pin, or by the system's roots; what it says is outside text all the same, read with bounds.
#pragma once

#include "app/cli/command.hpp"
#include "audit/record_vantage.hpp"
#include "net/http.hpp"
#include "net/resolver.hpp"
#include "net/tls.hpp"

#include <memory>

namespace postern::app::probe {

struct VantageAddress {
    std::string name;  ///< as the user calls it
    std::string host;  ///< a name, or an address without brackets
    std::uint16_t port = 8443;
    std::string secret, pin;  ///< never printed; `pin` may be empty
};

/// Errors: usage (how it is written).
[[nodiscard]] Result<VantageAddress> parse_vantage(std::string_view text);
/// All of --vantage. Errors: usage.
[[nodiscard]] Result<std::vector<VantageAddress>> read_vantages(const Invocation& invocation);

struct About {
    std::string name;
    std::vector<IpAddress> addresses;
    std::vector<std::uint16_t> ports, tls_ports;
    std::optional<IpAddress> you;
    std::string port25_out, port25_why;
};

struct OpenWatch {
    std::string token, address;
};

struct WatchSeen {
    std::vector<audit::SeenMessage> messages;
    std::vector<audit::SeenConnection> connections;
    std::uint64_t left_out = 0;
};

/// One probe; several questions may be under way at once.
class Client {
public:
    /// Finds the host's addresses and asks who the probe is. Errors: net.*, probe.* (the probe's own), tls.*.
    [[nodiscard]] static net::Task<Result<std::unique_ptr<Client>>>
    open(net::Loop& loop, net::Resolver& resolver, VantageAddress address, std::chrono::milliseconds patience);

    [[nodiscard]] const About& about() const { return about_; }
    [[nodiscard]] const VantageAddress& address() const { return address_; }
    /// Where its mail ports are reached: what it says, else the addresses of its host.
    [[nodiscard]] const std::vector<IpAddress>& mail_addresses() const;

    net::Task<Result<OpenWatch>> open_watch(std::chrono::minutes length);
    net::Task<Result<WatchSeen>> read_watch(std::string token);
    net::Task<Result<void>> close_watch(std::string token);
    /// The latest connections from an address, token or not.
    net::Task<Result<std::vector<audit::SeenConnection>>> recent(IpAddress peer);
    /// `name`: the server's host name, for SNI; may be the root.
    net::Task<Result<audit::SmtpLook>> look(IpAddress ip, std::uint16_t port, DomainName name);
    net::Task<Result<audit::RecipientLook>> try_recipients(IpAddress ip, std::uint16_t port, DomainName name,
                                                           std::string sender, std::vector<std::string> recipients);

private:
    Client(net::Loop& loop, VantageAddress address, std::chrono::milliseconds patience, net::TlsContext tls)
        : loop_(loop), address_(std::move(address)), patience_(patience), tls_(std::move(tls)) {}

    net::Task<Result<json::value>> ask(std::string method, std::string target, std::string body = {});
    net::Task<Result<json::value>> ask_within(std::string method, std::string target, std::string body,
                                              std::chrono::milliseconds patience);
    net::Task<Result<void>> meet();

    net::Loop& loop_;
    VantageAddress address_;
    std::chrono::milliseconds patience_;
    net::TlsContext tls_;
    std::vector<IpAddress> found_;
    net::SocketAddress server_;
    About about_;
};

}  // namespace postern::app::probe
