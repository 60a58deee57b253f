// SPDX-License-Identifier: Apache-2.0
// Who may open port 25 outward, as a value: what an administrator means, before any firewall's language.
//
// Rules are made of it by the renderers (render_nft.hpp and its neighbours), each for one kind of router. The model says whom it
// lets out; whatever it does not name is shut, in IPv4 and IPv6 alike: a network that was forgotten is a network that is shut, not a
// leak. Destinations inside are never shut, for the printer that mails through the mail server is no bot.
#pragma once

#include "base/network.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postern::egress {

enum class Mode : std::uint8_t {
    router,  ///< this machine forwards for the networks inside, the mail server's among them
    host,    ///< this machine is the mail server; containers and virtual machines stand behind it
};

enum class Action : std::uint8_t {
    log,     ///< nothing is shut: who would be is written down
    trap,    ///< connections from inside go to the trap, which names the offender; whatever else is refused
    reject,  ///< refused at once (a TCP reset, so that programs fail fast)
};

/// What machines inside may do on 465 and 587 outside, where a login is wanted (RFC 8314).
enum class Submission : std::uint8_t { open, servers, shut };

/// Somebody else who may open port 25 outward, with a reason and an end.
struct Exception {
    Network source;
    std::optional<Network> destination;  ///< only there; nothing: anywhere
    std::string reason;
    std::chrono::sys_days until;  ///< the last day
};

struct User {
    std::string name;
    std::uint32_t uid = 0;
};

struct Model {
    Mode mode = Mode::host;
    Action action = Action::log;
    Submission submission = Submission::open;
    std::vector<Network> mail_servers;  ///< as the firewall sees them: inside of any address translation
    std::vector<std::string>
        mail_interfaces;          ///< where mail servers stand; empty: their addresses are believed anywhere
    std::vector<Network> inside;  ///< networks inside; never "outward"
    std::vector<std::string> inside_interfaces;  ///< "eth1", "tun*", "docker0": whence the trap takes
    std::string outside_interface;               ///< towards the internet; for the languages that need it
    std::vector<User> mta_users;                 ///< who may open port 25 on this machine itself
    std::string cgroup;  ///< below the cgroup2 mount, "system.slice/postfix.service"; empty: none
    std::vector<Exception> exceptions;
    std::vector<Network> submission_servers;  ///< with Submission::servers
    std::vector<std::uint16_t> ports{25};     ///< what counts as the mail port
    std::uint16_t trap_port = 2526;
    std::uint32_t log_per_second = 5;
};

inline constexpr std::size_t max_networks = 256;   ///< of each kind
inline constexpr std::size_t max_exceptions = 64;  ///< each is a hole
inline constexpr std::size_t max_interfaces = 64;
inline constexpr std::size_t max_interface_octets = 15;  ///< IFNAMSIZ - 1

/// "eth0", "br-office.10", "tun*": letters, digits and ._-@, a star only at the end. Such a name needs no quoting anywhere.
[[nodiscard]] bool is_interface_name(std::string_view name);
/// "system.slice/postfix.service": letters, digits and ._-@:, no "..", no slash at either end.
[[nodiscard]] bool is_cgroup_path(std::string_view path);

[[nodiscard]] std::vector<Network> of_family(const std::vector<Network>& networks, bool v4);
/// "192.0.2.1" instead of "192.0.2.1/32".
[[nodiscard]] std::string short_form(const Network& network);
/// "2026-12-31"
[[nodiscard]] std::string to_date(std::chrono::sys_days day);
/// The second at which an exception ends: the midnight behind its last day, UTC.
[[nodiscard]] std::int64_t end_of(const Exception& exception);

[[nodiscard]] std::string_view to_string(Mode mode);
[[nodiscard]] std::string_view to_string(Action action);
[[nodiscard]] std::string_view to_string(Submission submission);

}  // namespace postern::egress
