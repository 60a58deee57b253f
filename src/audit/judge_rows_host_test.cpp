// SPDX-License-Identifier: Apache-2.0
// Rows of the judges' table: listings, resolver, host, way out.
#include "audit/judge_rows.hpp"
#include "egress/offender_json.hpp"

namespace postern::audit::test {

using enum Status;

namespace {

/// The moment of the table's evidence.
constexpr Instant taken = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 24)) + std::chrono::hours(12);

/// The trap's record: so many machines, each with so many attempts at as many servers, always with another name and sender.
Change heard(int machines, int attempts) {
    json::array all;
    for (int machine = 1; machine <= machines; ++machine) {
        egress::Offender offender;
        IpAddress server = *IpAddress::parse("198.51.100.1");
        for (int i = 0; i < attempts; ++i) {
            offender.note(egress::Attempt{
                .at = taken, .source = *IpAddress::parse("10.0.0." + std::to_string(machine)), .destination = server});
            offender.note(egress::Conversation{.speech = egress::Speech::smtp,
                                               .helo = "h" + std::to_string(i),
                                               .sender = "a@" + std::to_string(i) + ".example"},
                          false);
            server = server.next();
        }
        all.push_back(egress::to_json(offender));
    }
    return file("trap", json::serialize(json::object{{"offenders", std::move(all)}}));
}

constexpr const char* our_table = "table inet postern {\n\tchain forward_1 {\n\t\ttcp dport 25 reject\n\t}\n}\n";

/// A base chain of that hook that refuses port 25; before it an accept of everything, if it is `open`; a log with or without a limit.
std::string nft_json(const std::string& hook, bool open, bool logs, const std::string& family = "inet",
                     bool limited = false) {
    const std::string in = R"({"rule": {"family": ")" + family + R"(", "table": "f", "chain": "c", "expr": [)";
    std::string text = R"({"nftables": [{"chain": {"family": ")" + family +
                       R"(", "table": "f", "name": "c", "type": "filter", "hook": ")" + hook +
                       R"(", "prio": 0, "policy": "accept"}})";
    if (open) text += ", " + in + R"({"accept": null}]}})";
    text += ", " + in +
            R"({"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 25}}, )";
    if (limited) text += R"({"limit": {"rate": 5, "per": "second"}}, )";
    if (logs) text += R"({"log": {"prefix": "x"}}, )";
    return text + R"({"reject": {"type": "tcp reset"}}]}}]})";
}

}  // namespace

std::vector<Row> host_rows() {
    return {
        // know
        Row{"inventory", "0-01", com, nothing(), pass, {"INVENTORY"}},
        Row{"inventory_surprise", "0-01", com, from(odd_hop), warning, {"INVENTORY_SURPRISE"}},
        Row{"inventory_silent", "0-01", "mute.example", nothing(), unknown, {"INVENTORY_UNKNOWN"}},
        Row{"resolver_inside",
            "0-04",
            com,
            resolver([](auto& r) { r.addresses = {"127.0.0.1"}; }),
            pass,
            {"RESOLVER_INSIDE"}},
        Row{"resolver_elsewhere",
            "0-04",
            com,
            resolver([](auto& r) { r.addresses = {"8.8.8.8"}; }),
            fail,
            {"RESOLVER_ELSEWHERE"}},
        Row{"resolver_none", "0-04", com, resolver([](auto&) {}), unknown, {"RESOLVER_NONE"}},
        Row{"accepted",
            "0-02",
            com,
            resolver([](auto& r) {
                r.test_listed = answered(dns::Outcome::found, "127.0.0.2");
                r.test_absent = answered(dns::Outcome::no_name);
            }),
            pass,
            {"RESOLVER_ACCEPTED"}},
        Row{"refused",
            "0-02",
            com,
            resolver([](auto& r) {
                r.test_listed = answered(dns::Outcome::found, "127.255.255.254");
                r.test_absent = answered(dns::Outcome::no_name);
            }),
            fail,
            {"RESOLVER_REFUSED"}},
        Row{"blind",
            "0-02",
            com,
            resolver([](auto& r) {
                r.test_listed = answered(dns::Outcome::no_name);
                r.test_absent = answered(dns::Outcome::no_name);
            }),
            fail,
            {"RESOLVER_BLIND"}},
        Row{"silent",
            "0-02",
            com,
            resolver([](auto& r) {
                r.test_listed = answered(dns::Outcome::timed_out);
                r.test_absent = answered(dns::Outcome::no_name);
            }),
            unknown,
            {"RESOLVER_SILENT"}},
        Row{"validates",
            "0-05",
            com,
            resolver([](auto& r) {
                r.signed_name = answered(dns::Outcome::found);
                r.signed_name->authentic_by_resolver = true;
            }),
            pass,
            {"VALIDATES"}},
        Row{"does_not_validate",
            "0-05",
            com,
            resolver([](auto& r) { r.signed_name = answered(dns::Outcome::found); }),
            warning,
            {"DOES_NOT_VALIDATE"}},
        Row{"validation_unknown", "0-05", com, resolver([](auto&) {}), unknown, {"VALIDATION_UNKNOWN"}},
        Row{"v4_listed", "0-07", com, word("203.0.113.25", 1, "listed"), fail, {"LISTED"}},
        Row{"v4_clean", "0-07", com, word("203.0.113.25", 1, "clean"), pass, {"NOT_LISTED"}},
        Row{"v4_unknown_beside_clean",
            "0-07",
            com,
            both(word("203.0.113.25", 1, "clean"), word("203.0.113.25", 1, "unknown")),
            unknown,
            {"LIST_UNKNOWN"}},
        Row{"v6_listed", "0-08", com, word("2001:db8:5::25", 1, "listed"), fail, {"LISTED"}},
        Row{"v6_none", "0-08", com, word("203.0.113.25", 1, "clean"), pass, {"V6_NONE"}},
        Row{"lesser", "0-09", com, word("203.0.113.25", 2, "listed"), fail, {"LISTED"}},
        Row{"domain_listed", "0-12", com, word("example.com", 1, "listed"), fail, {"LISTED"}},
        Row{"domain_clean", "0-12", com, word("example.com", 1, "clean"), pass, {"NOT_LISTED"}},
        // malware and egress
        Row{"foreign_connection",
            "1-14",
            com,
            both(file("proc.tcp", sockets), file("passwd", users)),
            fail,
            {"FOREIGN_CONNECTION"}},
        Row{"mail_servers_connection",
            "1-14",
            com,
            both(file("proc.tcp", "x\n 0: 197100CB:C000 096433C6:0019 01 0:0 0:0 0 101 0 1\n"), file("passwd", users)),
            pass,
            {"NO_FOREIGN_CONNECTION"}},
        Row{"no_table", "1-14", com, nothing(), skipped, {}},
        Row{"version_open",
            "1-16",
            com,
            file("exim.options", "primary_hostname = mail.example.com"),
            unknown,
            {"VERSIONS_UNKNOWN"}},
        Row{"version_old",
            "1-16",
            com,
            both(file("exim.options", "a = b"), file("exim.version", "Exim version 4.92 #1")),
            fail,
            {"VERSION_OPEN"}},
        Row{"version_packaged",
            "1-16",
            com,
            both(file("postfix.main", "mail_version = 3.4.14"),
                 file("packages", "postfix:\n  Installed: 3.4.14\n  Candidate: 3.4.14\n")),
            warning,
            {"VERSION_BACKPORTED"}},
        Row{"version_pending",
            "1-16",
            com,
            both(file("postfix.main", "mail_version = 3.7.10"),
                 file("packages", "postfix:\n  Installed: 3.7.10\n  Candidate: 3.7.11\n")),
            fail,
            {"VERSION_UPDATE_PENDING"}},
        Row{"version_fine", "1-16", com, file("postfix.main", "mail_version = 3.9.1"), pass, {"VERSION_FINE"}},
        Row{"attested",
            "1-18",
            com,
            [](Evidence& e) { e.attestations.push_back({"endpoint-protection", "Anna", "2026-11-02"}); },
            pass,
            {"ATTESTED"}},
        Row{"attested_long_ago",
            "1-18",
            com,
            [](Evidence& e) { e.attestations.push_back({"endpoint-protection", "Anna", "2025-11-02"}); },
            warning,
            {"ATTESTED_LONG_AGO"}},
        Row{"not_attested", "1-18", com, nothing(), skipped, {"NOT_ATTESTED"}},
        Row{"port25_open",
            "2-01",
            com,
            look([](SmtpLook& l) { l.ip = *IpAddress::parse("198.51.100.9"); }),
            fail,
            {"PORT25_OPEN_HERE"}},
        Row{"port25_reached_own", "2-01", com, look([](SmtpLook&) {}), skipped, {"PORT25_REACHED_OWN"}},
        Row{"port25_shut",
            "2-01",
            com,
            both(look([](SmtpLook& l) { l.unknown = "no answer"; }), [](Evidence& e) { e.port25_blocked_here = true; }),
            pass,
            {"PORT25_SHUT_HERE"}},
        Row{"port25_on_the_server",
            "2-01",
            com,
            both(look([](SmtpLook&) {}), file("postfix.main", "a = b")),
            pass,
            {"PORT25_OPEN_FOR_SERVER"}},
        Row{"reaches",
            "2-06",
            com,
            logs([](auto& l) {
                for (const char* ip : {"198.51.100.1", "198.51.100.2", "198.51.100.3"}) l.receivers.add(ip);
            }),
            pass,
            {"REACHES"}},
        Row{"reaches_nobody",
            "2-06",
            com,
            logs([](auto& l) {
                for (const char* ip : {"198.51.100.1", "198.51.100.2", "198.51.100.3"}) l.unreachable.add(ip);
            }),
            fail,
            {"REACHES_NOBODY"}},
        Row{"reaches_too_few", "2-06", com, logs([](auto&) {}), skipped, {"REACHES_TOO_FEW"}},
        Row{"source_expected", "2-07", com, from(good_hop), pass, {"SOURCE_EXPECTED"}},
        Row{"source_unexpected", "2-07", com, from(odd_hop), fail, {"SOURCE_UNEXPECTED"}},
        Row{"source_not_seen", "2-07", com, message("From: a@b\n\nx\n"), unknown, {"SOURCE_NOT_SEEN"}},
        Row{"users_guarded",
            "2-10",
            com,
            file("firewall", "type filter hook output priority 0;\ntcp dport 25 meta skuid != 101 counter reject\n"),
            pass,
            {"USERS_GUARDED"}},
        Row{"users_unguarded", "2-10", com, file("firewall", ""), fail, {"USERS_UNGUARDED"}},
        Row{"not_forwarding",
            "2-11",
            com,
            both(file("firewall", ""), file("ip_forward", "0\n")),
            pass,
            {"NOT_FORWARDING"}},
        Row{"forward_unguarded",
            "2-11",
            com,
            both(file("firewall", ""), file("ip_forward", "1\n")),
            fail,
            {"FORWARD_UNGUARDED"}},
        Row{"forwarding_unknown", "2-11", com, file("firewall", ""), unknown, {"FORWARDING_UNKNOWN"}},
        Row{"users_unguarded_v6",
            "2-10",
            com,
            both(file("firewall", ""), file("firewall.json", nft_json("output", false, false, "ip"))),
            fail,
            {"USERS_UNGUARDED_V6"}},
        Row{"users_guarded_by_any_chain",
            "2-10",
            com,
            both(file("firewall", ""), file("firewall.json", nft_json("output", false, false))),
            pass,
            {"USERS_GUARDED"}},
        Row{"forward_guarded_by_any_chain",
            "2-11",
            com,
            both(both(file("firewall", ""), file("ip_forward", "1\n")),
                 file("firewall.json", nft_json("forward", false, false))),
            pass,
            {"FORWARD_GUARDED"}},
        Row{"trap_quiet",
            "2-14",
            com,
            file("trap", R"({"offenders":[{"address":"10.0.0.7","last_ms":1000}]})"),
            pass,
            {"TRAP_QUIET"}},
        Row{"trap_unreadable", "2-14", com, file("trap", "[]"), unknown, {"TRAP_UNREADABLE"}},
        Row{"trap_noticed", "2-14", com, heard(1, 1), warning, {"TRAP_NOTICED"}},
        Row{"trap_infected", "2-14", com, heard(1, 200), fail, {"TRAP_INFECTED"}},
        Row{"trap_more", "2-14", com, heard(21, 1), warning, {"TRAP_MORE", "TRAP_NOTICED"}},
        Row{"users_shadowed",
            "2-10",
            com,
            both(file("firewall", ""), file("firewall.json", nft_json("output", true, false))),
            fail,
            {"USERS_SHADOWED"}},
        Row{"forward_shadowed",
            "2-11",
            com,
            both(both(file("firewall", ""), file("ip_forward", "1\n")),
                 file("firewall.json", nft_json("forward", true, false))),
            fail,
            {"FORWARD_SHADOWED"}},
        Row{"no_containers",
            "2-05",
            com,
            both(file("firewall", ""), file("ip_forward", "0\n")),
            pass,
            {"NO_CONTAINERS"}},
        Row{"containers_unknown",
            "2-05",
            com,
            both(file("firewall", ""), file("ip_forward", "1\n")),
            unknown,
            {"CONTAINERS_UNKNOWN"}},
        Row{"containers_open",
            "2-05",
            com,
            both(both(file("firewall", ""), file("ip_forward", "1\n")),
                 file("firewall.json", nft_json("output", false, false))),
            fail,
            {"CONTAINERS_OPEN"}},
        Row{"containers_open_v6",
            "2-05",
            com,
            both(both(file("firewall", ""), file("ip_forward", "1\n")),
                 file("firewall.json", nft_json("forward", false, false, "ip"))),
            fail,
            {"CONTAINERS_OPEN_V6"}},
        Row{"containers_guarded",
            "2-05",
            com,
            both(both(file("firewall", ""), file("ip_forward", "1\n")),
                 file("firewall.json", nft_json("forward", false, false))),
            pass,
            {"CONTAINERS_GUARDED"}},
        Row{"containers_bridged",
            "2-05",
            com,
            both(file("firewall", ""), file("bridges", "default br0\nbr0 eth0 vnet0\n")),
            fail,
            {"CONTAINERS_BRIDGED"}},
        Row{"containers_bridged_filtered",
            "2-05",
            com,
            both(both(file("firewall", ""), file("ip_forward", "0\n")),
                 file("bridges", "filtered yes\ndefault br0\nbr0 eth0 vnet0\n")),
            pass,
            {"NO_CONTAINERS"}},
        Row{"rules_not_ours",
            "2-12",
            com,
            both(file("firewall", ""), file("egress.live", "")),
            skipped,
            {"RULES_NOT_OURS"}},
        Row{"rules_not_at_boot",
            "2-12",
            com,
            both(file("firewall", ""), file("egress.live", our_table)),
            fail,
            {"RULES_NOT_AT_BOOT"}},
        Row{"rules_gone",
            "2-12",
            com,
            both(both(file("firewall", ""), file("egress.live", "")), file("egress.expected", our_table)),
            fail,
            {"RULES_GONE"}},
        Row{"rules_drifted",
            "2-12",
            com,
            both(both(file("firewall", ""),
                      file("egress.live",
                           our_table + std::string("table inet postern {\n\tchain x {\n\t\taccept\n\t}\n}\n"))),
                 file("egress.expected", our_table)),
            fail,
            {"RULES_DRIFTED"}},
        Row{"rules_as_generated",
            "2-12",
            com,
            both(both(file("firewall", ""), file("egress.live", our_table)), file("egress.expected", our_table)),
            pass,
            {"RULES_AS_GENERATED"}},
        Row{"refusals_unknown", "2-13", com, file("firewall", ""), unknown, {"REFUSALS_UNKNOWN"}},
        Row{"refusals_unseen",
            "2-13",
            com,
            both(file("firewall", ""), file("firewall.json", nft_json("output", false, false))),
            fail,
            {"REFUSALS_UNSEEN"}},
        Row{"refusals_unlimited",
            "2-13",
            com,
            both(file("firewall", ""), file("firewall.json", nft_json("output", false, true))),
            warning,
            {"REFUSALS_UNLIMITED"}},
        Row{"refusals_written",
            "2-13",
            com,
            both(file("firewall", ""), file("firewall.json", nft_json("output", false, true, "inet", true))),
            pass,
            {"REFUSALS_WRITTEN"}},
        Row{"senders_own",
            "2-17",
            com,
            [](Evidence& e) {
                e.reports.push_back(
                    {.domain = "example.com", .rows = {{.source = *IpAddress::parse("203.0.113.25"), .count = 1}}});
            },
            pass,
            {"SENDERS_OWN"}},
        Row{"senders_third",
            "2-17",
            com,
            [](Evidence& e) {
                e.reports.push_back(
                    {.domain = "example.com",
                     .rows = {{.source = *IpAddress::parse("198.51.100.5"), .count = 1, .dkim_aligned = true},
                              {.source = *IpAddress::parse("198.51.100.6"), .count = 1}}});
            },
            warning,
            {"SENDERS_THIRD_PARTY", "SENDERS_UNALIGNED"}},
    };
}

}  // namespace postern::audit::test
