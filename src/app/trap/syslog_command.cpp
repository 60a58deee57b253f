// SPDX-License-Identifier: Apache-2.0
// postern trap syslog: where no redirect is possible, the router's own log names the offender.
#include "app/cli/shared_options.hpp"
#include "app/collect/inside.hpp"
#include "app/collect/logs.hpp"
#include "app/trap/deny_log.hpp"
#include "app/trap/trap_command.hpp"
#include "app/trap/trap_report.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "egress/offender_json.hpp"
#include "net/datagrams.hpp"
#include "net/deadline.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>

namespace postern::app {
namespace {

using namespace std::chrono_literals;

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

struct Wanted {
    DenyLog::Options log;
    std::vector<IpAddress> from;
    std::optional<net::Endpoint> listen;
    std::vector<std::string> lease_files;
};

Result<Wanted> read_wanted(const Invocation& invocation, const Config& config) {
    Wanted out{.log = {.ports = {}, .mail_servers = config.site.mail_servers}, .lease_files = config.trap.leases};
    for (const std::string& text : invocation.values("--port")) {
        std::uint16_t port = 0;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
        if (fault != std::errc{} || end != text.data() + text.size() || port == 0)
            return bad_option("--port", text, "is a port from 1 to 65535");
        out.log.ports.insert(port);
    }
    if (out.log.ports.empty()) out.log.ports = {25};
    for (const std::string& text : invocation.values("--mail-server")) {
        const auto ip = IpAddress::parse(text);
        if (!ip) return bad_option("--mail-server", text, ip.error().message);
        out.log.mail_servers.push_back(Network::around(*ip, ip->bits()));
    }
    for (const std::string& text : invocation.values("--from")) {
        const auto ip = IpAddress::parse(text);
        if (!ip) return bad_option("--from", text, ip.error().message);
        out.from.push_back(*ip);
    }
    if (const auto text = invocation.value("--listen")) {
        const auto endpoint = net::Endpoint::parse(*text, 514);
        if (!endpoint) return bad_option("--listen", *text, endpoint.error().message);
        out.listen = *endpoint;
    }
    if (out.lease_files.empty()) out.lease_files = usual_lease_files();
    if (!out.listen && invocation.words().empty())
        return fail("usage", "a FILE or --listen ADDR is needed: where the router's log comes from");
    return out;
}

/// What this machine knows of them. `note` is left out where the log itself knows the machine.
void name_all(egress::OffenderBook& book, const std::vector<std::string>& lease_files) {
    const auto neighbours = read_kernel_neighbours();
    std::map<std::string, evidence::Leases> leases;
    for (const std::string& path : lease_files)
        if (auto text = read_file("leases", path)) leases[path] = evidence::read_leases(*text);
    std::vector<IpAddress> addresses;
    for (const egress::Offender* offender : book.all()) addresses.push_back(offender->address);
    for (const IpAddress& address : addresses) book.identify(address, identify(address, neighbours, leases));
}

std::string as_json(const egress::Offender& offender) {
    json::object out = egress::to_json(offender);
    out["judgement"] = egress::to_json(egress::judge(offender));
    return json::serialize(out);
}

Exit report(const egress::OffenderBook& book, std::uint64_t lines, std::uint64_t attempts, bool json_wanted) {
    std::vector<egress::Offender> all;
    for (const egress::Offender* offender : book.all()) all.push_back(*offender);
    std::string out;
    if (json_wanted) {
        json::array offenders;
        for (const egress::Offender& offender : all)
            offenders.push_back(json::parse(as_json(offender)).value_or(nullptr));
        out =
            json::pretty(json::object{{"lines", lines}, {"attempts", attempts}, {"offenders", std::move(offenders)}}) +
            "\n";
    } else {
        out = all.empty() ? fmt::format("{} lines, none of them of a denied connection to the port.\n", lines)
                          : offender_lines(all);
    }
    std::fwrite(out.data(), 1, out.size(), stdout);
    return all.empty() ? Exit::well : Exit::found;
}

Exit read_files(const Invocation& invocation, const Wanted& wanted, egress::OffenderBook& book) {
    DenyLog log(wanted.log, now(), local_zone(now()));
    std::uint64_t lines = 0, attempts = 0;
    bool faulty = false;
    for (const std::string& path : invocation.words()) {
        const std::string fault = each_log_line(path == "-" ? "/dev/stdin" : path, [&](std::string_view line) {
            ++lines;
            if (log.take(line, now(), book)) ++attempts;
        });
        if (fault.empty()) continue;
        faulty = true;
        (void)refuse(fault);
    }
    name_all(book, wanted.lease_files);
    const Exit out = report(book, lines, attempts, invocation.value("--format") == "json");
    return out == Exit::well && faulty ? Exit::usage : out;
}

void tell(const egress::OffenderIncident& incident, bool json_wanted) {
    const store::Event event = to_event(incident, now());
    const std::string line =
        json_wanted ? as_json(incident.offender)
                    : fmt::format("{} {}: {}", to_rfc3339(event.at), event.severity, printable(event.sentence));
    std::fwrite((line + "\n").data(), 1, line.size() + 1, stdout);
    std::fflush(stdout);
}

net::Task<> listen(net::Datagrams& door, const Wanted& wanted, bool json_wanted, const bool& ending) {
    egress::OffenderBook book({});
    DenyLog::Options live = wanted.log;
    live.live = true;
    DenyLog log(live, now(), local_zone(now()));
    while (!ending) {
        const auto datagram = co_await net::with_deadline(door.receive(), net::Clock::now() + 250ms);
        if (datagram && !*datagram) co_return;
        if (datagram &&
            (wanted.from.empty() || std::ranges::find(wanted.from, (*datagram)->from.address) != wanted.from.end()))
            (void)log.take((*datagram)->octets, now(), book);
        if (!book.next_due() || *book.next_due() > now()) continue;
        name_all(book, wanted.lease_files);
        for (const egress::OffenderIncident& incident : book.take_due(now())) tell(incident, json_wanted);
    }
}

Exit take_datagrams(const Wanted& wanted, bool json_wanted) {
    net::Loop loop;
    auto door = net::Datagrams::open(loop.executor(), *wanted.listen);
    if (!door) return refuse(door.error().message);
    bool ending = false;
    loop.on_termination([&] { ending = true; });
    loop.run(listen(*door, wanted, json_wanted, ending));
    return Exit::well;
}

}  // namespace

Exit run_trap_syslog(const Invocation& invocation) {
    const auto config = read_config(invocation);
    if (!config) return refuse(config.error().message);
    const auto wanted = read_wanted(invocation, *config);
    if (!wanted) return refuse(wanted.error().message);
    if (wanted->listen) return take_datagrams(*wanted, invocation.value("--format") == "json");
    egress::OffenderBook book({});
    return read_files(invocation, *wanted, book);
}

}  // namespace postern::app
