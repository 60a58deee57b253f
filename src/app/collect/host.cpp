// SPDX-License-Identifier: Apache-2.0
#include "app/collect/host.hpp"

#include "app/collect/run_tool.hpp"
#include "app/firewall/facts.hpp"
#include "app/firewall/kernel.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

namespace postern::app {
namespace {

using audit::Evidence;

/// The file's beginning, at most 4 MiB.
Result<std::string> read_some(const char* path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail("host.unreadable", fmt::format("{}: {}", path, std::strerror(errno)));
    // In small pieces: the kernel refuses large reads of /proc/sys.
    std::string text;
    std::array<char, 16 * 1024> piece{};
    while (text.size() < 4 * 1024 * 1024 && (file.read(piece.data(), piece.size()) || file.gcount() > 0))
        text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    return text;
}

bool keep_tool(Evidence& evidence, const char* name, std::vector<std::string> command, const char* gap) {
    auto said = run_tool(std::move(command));
    if (said) evidence.files[name] = *std::move(said);
    else if (gap != nullptr && said.error().code != "tool.absent") evidence.gaps[gap] = said.error().message;
    return evidence.files.contains(name);
}

bool keep_file(Evidence& evidence, const char* name, const char* path) {
    auto text = read_some(path);
    if (!text) return false;
    evidence.files[name] = *std::move(text);
    return true;
}

void collect_mta(Evidence& evidence) {
    if (keep_tool(evidence, "postfix.main", {"postconf", "-x"}, "mta"))
        (void)keep_tool(evidence, "postfix.master", {"postconf", "-M"}, "mta");
    else if (keep_file(evidence, "postfix.main", "/etc/postfix/main.cf"))
        (void)keep_file(evidence, "postfix.master", "/etc/postfix/master.cf");
    for (const char* exim : {"exim", "exim4"})
        if (keep_tool(evidence, "exim.options", {exim, "-bP"}, "mta")) {
            (void)keep_tool(evidence, "exim.config", {exim, "-bP", "config"}, nullptr);
            (void)keep_tool(evidence, "exim.version", {exim, "-bV"}, nullptr);
            break;
        }
    for (const char* path : {"/etc/smtpd.conf", "/etc/mail/smtpd.conf", "/etc/opensmtpd/smtpd.conf"})
        if (keep_file(evidence, "opensmtpd.config", path)) {
            // smtpd itself says its version only on standard error, as part of a complaint.
            (void)keep_tool(evidence, "opensmtpd.version",
                            {"dpkg-query", "-W", "-f", "OpenSMTPD ${Version}", "opensmtpd"}, nullptr);
            break;
        }
}

void collect_scanner(Evidence& evidence) {
    const bool configured = keep_file(evidence, "clamd.conf", "/etc/clamav/clamd.conf") ||
                            keep_file(evidence, "clamd.conf", "/etc/clamd.d/scan.conf") ||
                            keep_file(evidence, "clamd.conf", "/etc/clamd.conf");
    if (!configured) {
        evidence.gaps["clamd"] = "no clamd.conf was found";
        return;
    }
    auto version = ask_clamd(evidence.files["clamd.conf"]);
    if (version) evidence.files["clamd.version"] = *std::move(version);
    else evidence.gaps["clamd"] = version.error().message;
}

void collect_bridges(Evidence& evidence) {
    const egress::Surroundings around = firewall::collect_surroundings();
    std::string text = around.bridges_meet_forward ? "filtered yes\n" : "";
    for (const std::string& device : around.default_devices) text += fmt::format("default {}\n", device);
    for (const egress::Bridge& bridge : around.bridges)
        text += fmt::format("{} {}\n", bridge.name, fmt::join(bridge.ports, " "));
    evidence.files["bridges"] = std::move(text);
}

void collect_firewall(Evidence& evidence) {
    if (geteuid() != 0) {
        evidence.gaps["firewall"] = "the firewall's rules can be read by root only; run it as root, or give nft list "
                                    "ruleset with --import firewall=FILE";
        return;
    }
    if (!keep_tool(evidence, "firewall", {"nft", "list", "ruleset"}, "firewall")) return;
    (void)keep_tool(evidence, "firewall.json", {"nft", "-j", "list", "ruleset"}, nullptr);
    collect_bridges(evidence);
    if (auto live = firewall::list_table_text()) evidence.files["egress.live"] = *std::move(live);
    const auto boot = read_some("/etc/postern/egress.nft");
    if (!boot) return;
    // What the boot file means to this kernel, seen where nothing else is loaded.
    if (auto expected = firewall::listing_of(*boot)) evidence.files["egress.expected"] = *std::move(expected);
}

struct Descriptor {
    int number = -1;
    explicit Descriptor(int value) : number(value) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number >= 0) close(number);
    }
};

}  // namespace

Result<std::string> ask_clamd(std::string_view clamd_conf) {
    const auto settings = evidence::read_key_values(clamd_conf);
    const auto get = [&](std::string_view key) {
        const auto found = settings.find(key);
        return found == settings.end() ? std::string() : found->second;
    };
    const std::string path = get("LocalSocket"), port = get("TCPSocket");
    const std::string where =
        !path.empty() ? path : fmt::format("{}:{}", get("TCPAddr").empty() ? "127.0.0.1" : get("TCPAddr"), port);
    const auto silent = [&](const char* what) {
        return fail("scanner.silent", fmt::format("{} at {}: {}", what, where, std::strerror(errno)));
    };
    if (path.empty() && port.empty()) return fail("scanner.silent", "its configuration names no socket");
    const timeval patience{5, 0};
    const Descriptor socket_(socket(path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    setsockopt(socket_.number, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_.number, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (!path.empty()) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path.size() >= sizeof address.sun_path) return fail("scanner.silent", "its socket's path is too long");
        std::memcpy(address.sun_path, path.data(), path.size());
        if (connect(socket_.number, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            return silent("no connection");
    } else {
        addrinfo wanted{};
        wanted.ai_family = AF_INET;
        wanted.ai_socktype = SOCK_STREAM;
        wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
        addrinfo* found = nullptr;
        const std::string host = get("TCPAddr").empty() || get("TCPAddr") == "localhost" ? "127.0.0.1" : get("TCPAddr");
        if (getaddrinfo(host.c_str(), port.c_str(), &wanted, &found) != 0)
            return fail("scanner.silent", fmt::format("{} is no address", where));
        const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> holder(found, &freeaddrinfo);
        if (connect(socket_.number, found->ai_addr, found->ai_addrlen) != 0) return silent("no connection");
    }
    constexpr std::string_view command = "zVERSION";
    if (send(socket_.number, command.data(), command.size() + 1, MSG_NOSIGNAL) < 0)
        return silent("no write");  // with its zero
    std::string reply(1'024, '\0');
    const ssize_t got = recv(socket_.number, reply.data(), reply.size(), 0);
    if (got <= 0) return silent("no answer");
    reply.resize(static_cast<std::size_t>(got));
    reply.resize(std::min(reply.find('\0'), reply.size()));
    return reply;
}

void collect_host(Evidence& evidence, bool packages) {
    collect_mta(evidence);
    (void)keep_file(evidence, "passwd", "/etc/passwd");
    if (!keep_file(evidence, "proc.tcp", "/proc/net/tcp"))
        evidence.gaps["host"] = "the kernel's table of sockets could not be read";
    (void)keep_file(evidence, "proc.tcp6", "/proc/net/tcp6");
    (void)keep_file(evidence, "ip_forward", "/proc/sys/net/ipv4/ip_forward");
    const bool mail_server = evidence.files.contains("postfix.main") || evidence.files.contains("exim.options") ||
                             evidence.files.contains("opensmtpd.config");
    const bool guarded = access("/etc/postern/egress.nft", F_OK) == 0;
    if (mail_server || guarded) collect_firewall(evidence);
    if (!mail_server) return;  // scanner, firewall and packages of an office machine are not what is asked about
    collect_scanner(evidence);
    (void)keep_file(evidence, "rspamd.settings", "/etc/rspamd/local.d/settings.conf");
    if (!packages) return;
    (void)keep_tool(
        evidence, "packages",
        {"apt-cache", "policy", "postfix", "exim4-daemon-light", "exim4-daemon-heavy", "opensmtpd", "clamav-daemon"},
        nullptr);
}

}  // namespace postern::app
