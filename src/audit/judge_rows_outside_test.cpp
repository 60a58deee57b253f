// SPDX-License-Identifier: Apache-2.0
// Rows for what probes outside saw.
#include "audit/judge_rows.hpp"

namespace postern::audit::test {
namespace {

Change seen(std::function<void(Vantage&)> fill, std::string place = {}) {
    return [=](Evidence& evidence) {
        Vantage& vantage = evidence.vantages.emplace_back();
        vantage = {.name = "out", .port25_out = "open", .you = {}};
        fill(vantage);
        evidence.place = place;
        evidence.filter_service = "spamexperts";
    };
}

WayOut way(const char* to, std::uint16_t port, bool arrived, const char* by = "") {
    WayOut out{
        .by = by, .to = *IpAddress::parse(to), .port = port, .connected = arrived, .arrived = arrived, .seen_as = {}};
    if (arrived) out.seen_as = *IpAddress::parse("203.0.113.30");
    else out.why = "no answer in time";
    return out;
}

/// Port 25 not reached, 2525 reached: or as told.
Change ways(std::vector<WayOut> tried, std::string place = "office") {
    return seen([=](Vantage& vantage) { vantage.ways_out = tried; }, place);
}

Change outside_look(std::function<void(SmtpLook&)> fill, std::string port25_out = "open") {
    return seen([=](Vantage& vantage) {
        vantage.port25_out = port25_out;
        SmtpLook& look = vantage.looks.emplace_back();
        look.ip = *IpAddress::parse("203.0.113.26");
        fill(look);
    });
}

Change recipients(std::vector<int> codes) {
    return seen([=](Vantage& vantage) {
        RecipientLook& look = vantage.recipients.emplace_back();
        look.ip = *IpAddress::parse("203.0.113.26");
        look.host = *DomainName::parse("mail.example.com");
        for (const int code : codes) look.recipients.push_back({"postmaster@example.com", code, "said"});
    });
}

Change secret(const char* fields) {
    return both(message(std::string(fields) + "From: a@example.com\n\nx\n"), [](Evidence& evidence) {
        evidence.filter_service = "spamexperts";
        evidence.secret_header = "X-Filter-Secret";
    });
}

constexpr const char *far4 = "198.51.100.62", *far6 = "2001:db8:a::62";

void silent(SmtpLook& look) {
    look.unknown = "it did not answer in time";
    look.timed_out = true;
}

}  // namespace

std::vector<Row> outside_rows() {
    using enum Status;
    const WayOut other4 = way(far4, 2'525, true), other6 = way(far6, 2'525, true);
    WayOut redirected = way(far4, 25, false);
    redirected.connected = true;
    WayOut no_route = way(far6, 25, false);
    no_route.no_route = true;
    WayOut refused = way(far4, 25, false, "socks5://192.0.2.7@1080");
    refused.proxy_reached = true;
    return {
        Row{"office_open", "2-01", com, ways({way(far4, 25, true)}), fail, {"EGRESS_OPEN"}},
        Row{"office_shut", "2-01", com, ways({way(far4, 25, false), other4}), pass, {"EGRESS_SHUT"}},
        Row{"office_not_proved", "2-01", com, ways({way(far4, 25, false), other6}), unknown, {"EGRESS_NOT_PROVED"}},
        Row{"office_redirected", "2-01", com, ways({redirected, other4}), warning, {"EGRESS_ANSWERED_ON_THE_WAY"}},
        Row{"office_not_here", "2-01", com, ways({way(far4, 25, true)}, "guest"), skipped, {"EGRESS_PLACE"}},
        Row{"guest_open", "2-02", com, ways({way(far4, 25, true)}, "guest"), fail, {"EGRESS_OPEN"}},
        Row{"server_shut", "2-02", com, ways({way(far4, 25, false), other4}, "server"), pass, {"EGRESS_SHUT"}},
        Row{"server_not_here", "2-02", com, ways({way(far4, 25, true)}), skipped, {"EGRESS_PLACE"}},
        Row{"vpn_open_by_ipv6",
            "2-03",
            com,
            ways({way(far4, 25, false), other4, way(far6, 25, true)}, "vpn"),
            fail,
            {"EGRESS_OPEN", "EGRESS_SHUT"}},
        Row{"ipv6_open", "2-04", com, ways({way(far6, 25, true)}), fail, {"EGRESS_OPEN"}},
        Row{"ipv6_shut", "2-04", com, ways({way(far6, 25, false), other6}), pass, {"EGRESS_SHUT"}},
        Row{"ipv6_no_route", "2-04", com, ways({no_route}), pass, {"EGRESS_NO_ROUTE"}},
        Row{"ipv6_not_tried", "2-04", com, ways({other4}), skipped, {"EGRESS_NOT_TRIED"}},
        Row{"container_open", "2-05", com, ways({way(far4, 25, true)}, "container"), fail, {"EGRESS_OPEN"}},
        Row{"reaches_three",
            "2-06",
            com,
            ways({way(far4, 25, true), way("198.51.100.63", 25, true), way("198.51.100.9", 25, true)}, "mail"),
            pass,
            {"REACHES"}},
        Row{"reaches_none_of_three",
            "2-06",
            com,
            ways({way(far4, 25, false), way("198.51.100.63", 25, false), way("198.51.100.9", 25, false)}, "mail"),
            fail,
            {"REACHES_NOBODY"}},
        Row{"reaches_two",
            "2-06",
            com,
            ways({way(far4, 25, true), way("198.51.100.63", 25, true)}, "mail"),
            skipped,
            {"REACHES_TOO_FEW"}},
        Row{"source_unexpected", "2-07", com, ways({way(far4, 25, true)}, "mail"), fail, {"SOURCE_UNEXPECTED"}},
        Row{"source_expected",
            "2-07",
            com,
            both(ways({way(far4, 25, true)}, "mail"), given("203.0.113.30")),
            pass,
            {"SOURCE_EXPECTED"}},
        Row{"source_not_tried", "2-07", com, nothing(), skipped, {"SOURCE_NOT_TRIED"}},
        Row{"clients_apart", "2-08", com, ways({other4}), pass, {"CLIENTS_APART"}},
        Row{"clients_share",
            "2-08",
            com,
            both(ways({other4}), given("203.0.113.30")),
            warning,
            {"CLIENTS_SHARE_ADDRESS"}},
        Row{"submission_no_policy", "2-09", com, ways({way(far4, 587, true)}), skipped, {"SUBMISSION_NO_POLICY"}},
        Row{"submission_as_declared",
            "2-09",
            com,
            both(ways({way(far4, 587, true)}), [](Evidence& e) { e.submission_out = "open"; }),
            pass,
            {"SUBMISSION_AS_DECLARED"}},
        Row{"submission_not_as_declared",
            "2-09",
            com,
            both(ways({way(far4, 465, true)}), [](Evidence& e) { e.submission_out = "shut"; }),
            warning,
            {"SUBMISSION_NOT_AS_DECLARED"}},
        Row{"user_reaches",
            "2-10",
            com,
            both(ways({way(far4, 25, true)}, "mail"), [](Evidence& e) { e.user = "nobody"; }),
            fail,
            {"USERS_REACH"}},
        Row{"user_shut",
            "2-10",
            com,
            both(ways({way(far4, 25, false), other4}, "mail"), [](Evidence& e) { e.user = "nobody"; }),
            pass,
            {"USERS_SHUT"}},
        Row{"proxy_open", "2-15", com, ways({way(far4, 25, true, "http://192.0.2.7@3128")}), fail, {"PROXY_LETS_OUT"}},
        Row{"proxy_refuses", "2-15", com, ways({refused}), pass, {"PROXY_REFUSES"}},
        Row{"proxy_silent",
            "2-15",
            com,
            ways({way(far4, 25, false, "http://192.0.2.7@3128")}),
            unknown,
            {"PROXY_SILENT"}},
        Row{"origin_open",
            "4-03",
            com,
            outside_look([](SmtpLook& l) { l.banner = "mail.example.com"; }),
            fail,
            {"ORIGIN_OPEN_OUTSIDE"}},
        Row{"origin_shut", "4-03", com, outside_look(silent), pass, {"ORIGIN_SHUT_OUTSIDE"}},
        Row{"origin_silence_not_proved", "4-03", com, outside_look(silent, "unknown"), unknown, {"ORIGIN_NOT_PROVED"}},
        Row{"origin_refuses",
            "4-03",
            com,
            outside_look([](SmtpLook& l) { l.unknown = "it greets with 554 no"; }),
            pass,
            {"ORIGIN_REFUSES_OUTSIDE"}},
        Row{"origin_not_allowed",
            "4-03",
            com,
            outside_look([](SmtpLook& l) { l.unknown = "not among the targets", l.not_looked = true; }),
            unknown,
            {"ORIGIN_NOT_LOOKED_AT"}},
        Row{"origin_without_probe", "4-03", com, [](Evidence& e) { e.filter_service = "spamexperts"; }, skipped, {}},
        Row{"origin_other_door_open",
            "4-04",
            com,
            outside_look([](SmtpLook& l) { l.port = 2'525, l.banner = "mail.example.com"; }),
            fail,
            {"ORIGIN_OPEN_OUTSIDE"}},
        Row{"origin_other_door_shut",
            "4-04",
            com,
            outside_look([](SmtpLook& l) { silent(l), l.port = 26; }, "unknown"),
            pass,
            {"ORIGIN_SHUT_OUTSIDE"}},
        Row{"origin_takes_mail", "4-05", com, recipients({550, 250}), fail, {"ORIGIN_TAKES_MAIL"}},
        Row{"origin_puts_off", "4-05", com, recipients({451}), unknown, {"ORIGIN_PUT_OFF"}},
        Row{"origin_refuses_mail", "4-05", com, recipients({554, 554}), pass, {"ORIGIN_REFUSES_MAIL"}},
        Row{"origin_answers_nobody", "4-05", com, outside_look(silent), pass, {"ORIGIN_ANSWERS_NOBODY"}},
        Row{"secret_leaks", "4-11", com, secret("X-Filter-Secret: s3\n"), fail, {"SECRET_LEAKS"}},
        Row{"secret_stripped", "4-11", com, secret(""), pass, {"SECRET_STRIPPED"}},
        Row{"helo_seen_by_probe",
            "5-06",
            com,
            seen([](Vantage& v) {
                SeenConnection& one = v.connections.emplace_back();
                one.helo = "localhost";
            }),
            fail,
            {"HELO_BAD"}},
        Row{"banner_good",
            "5-08",
            com,
            outside_look([](SmtpLook& l) { l.banner = "mail.example.com ESMTP"; }),
            pass,
            {"BANNER_GOOD"}},
        Row{"banner_of_the_inside",
            "5-08",
            com,
            outside_look([](SmtpLook& l) { l.banner = "ex1.corp.local ESMTP"; }),
            warning,
            {"BANNER_BAD"}},
        Row{"banner_not_seen", "5-08", com, nothing(), skipped, {"BANNER_NOT_SEEN"}},
        Row{"postmaster", "5-33", com, recipients({250, 250}), pass, {"POSTMASTER_TAKEN"}},
        Row{"postmaster_refused",
            "5-33",
            com,
            recipients({250, 550}),
            fail,
            {"POSTMASTER_REFUSED", "POSTMASTER_TAKEN"}},
        Row{"postmaster_put_off", "5-33", com, recipients({450, 0}), unknown, {"POSTMASTER_PUT_OFF"}},
        Row{"postmaster_without_probe", "5-33", com, nothing(), skipped, {}},
    };
}

}  // namespace postern::audit::test
