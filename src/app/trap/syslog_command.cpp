// SPDX-License-Identifier: Apache-2.0
// postern trap --syslog ADDR|FILE: where no redirect is possible, the router's own log names the offender.
#include "app/cli/shared_options.hpp"
#include "app/collect/inside.hpp"
#include "app/collect/logs.hpp"
#include "app/trap/deny_log.hpp"
#include "app/trap/trap_command.hpp"
#include "app/trap/trap_report.hpp"
#include "base/contains.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "egress/offender_json.hpp"
#include "net/syslog_door.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <deque>

namespace postern::app {
namespace {

using namespace std::chrono_literals;

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

struct Wanted {
    DenyLog::Options log;
    std::vector<IpAddress> from;
    std::vector<net::Endpoint> addresses;  ///< either these
    std::vector<std::string> files;        ///< or those
    std::vector<std::string> lease_files;
};

/// What is there as a file is a file, and so is whatever has a slash; the rest may be an address.
std::optional<net::Endpoint> as_address(const std::string& text) {
    if (text == "-" || text.contains('/') || access(text.c_str(), F_OK) == 0) return std::nullopt;
    const auto endpoint = net::Endpoint::parse(text, 514);
    return endpoint ? std::optional(*endpoint) : std::nullopt;
}

Result<void> read_sources(const Invocation& invocation, Wanted& out) {
    const std::vector<std::string> all = invocation.values("--syslog");
    for (const std::string& text : all)
        if (const auto address = as_address(text)) out.addresses.push_back(*address);
        else out.files.push_back(text);
    if (all.empty())
        return fail("usage", "postern trap needs one of: list, show, forget, --syslog ADDR, --syslog FILE");
    if (!out.files.empty() && !out.addresses.empty())
        return fail("usage", fmt::format("{} is a file and {} an address: read files first, then listen",
                                         printable(out.files.front()), out.addresses.front().to_string(514)));
    return {};
}

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
    if (out.lease_files.empty()) out.lease_files = usual_lease_files();
    if (auto sources = read_sources(invocation, out); !sources) return std::unexpected(sources.error());
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
    for (const std::string& path : wanted.files) {
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

class Listening {
public:
    Listening(const Wanted& wanted, bool json_wanted)
        : wanted_(wanted), json_wanted_(json_wanted), log_(live(wanted.log), now(), local_zone(now())) {}

    net::Task<> run() {
        net::TaskGroup tasks(loop_.executor(), [this](std::string_view task, const std::exception_ptr&) {
            outcome_ = refuse(fmt::format("internal fault in {}", task));
            ending_ = true;
        });
        for (const net::Endpoint& address : wanted_.addresses) {
            auto door = net::SyslogDoor::open(loop_.executor(), address);
            if (!door) {
                outcome_ = refuse(door.error().message);
                ending_ = true;
                break;
            }
            doors_.push_back(*std::move(door));
        }
        for (net::SyslogDoor& door : doors_) door.hear(tasks, owner());
        net::Timer pause(loop_.executor());
        while (!ending_) {
            tell_due();
            pause.expires_after(250ms);
            co_await pause.async_wait(net::as_values);
        }
        for (net::SyslogDoor& door : doors_) door.close();
        tasks.cancel();
        co_await tasks.join();
    }
    Exit play() {
        loop_.on_termination([this] { ending_ = true; });
        loop_.run(run());
        return outcome_;
    }

private:
    static DenyLog::Options live(DenyLog::Options options) {
        options.live = true;
        return options;
    }
    net::SyslogDoor::Owner owner() {
        return {
            .believes = [this](const IpAddress& from) { return wanted_.from.empty() || contains(wanted_.from, from); },
            .take = [this](const IpAddress&, std::string_view line) { (void)log_.take(line, now(), book_); }};
    }
    void tell_due() {
        book_.expire(now());
        (void)book_.take_removed();  // nothing here is on disk
        if (!book_.next_due() || *book_.next_due() > now()) return;
        name_all(book_, wanted_.lease_files);
        for (const egress::OffenderIncident& incident : book_.take_due(now())) tell(incident, json_wanted_);
    }

    const Wanted& wanted_;
    bool json_wanted_, ending_ = false;
    Exit outcome_ = Exit::well;
    net::Loop loop_;
    egress::OffenderBook book_{{}};
    DenyLog log_;
    std::deque<net::SyslogDoor> doors_;
};

}  // namespace

Exit run_trap_syslog(const Invocation& invocation) {
    const auto config = read_config(invocation);
    if (!config) return refuse(config.error().message);
    const auto wanted = read_wanted(invocation, *config);
    if (!wanted) return refuse(wanted.error().message);
    if (!wanted->addresses.empty()) return Listening(*wanted, invocation.value("--format") == "json").play();
    egress::OffenderBook book({});
    return read_files(invocation, *wanted, book);
}

}  // namespace postern::app
