// SPDX-License-Identifier: Apache-2.0
// For the tests of judges: a row of their table, and short ways to say what was collected.
#pragma once

#include "audit/report.hpp"

#include <functional>
#include <string>
#include <vector>

namespace postern::audit::test {

using Change = std::function<void(Evidence&)>;

struct Row {
    const char* name;
    const char* id;
    const char* domain;
    Change change;
    Status status;
    std::vector<std::string> tags;  ///< of all findings, passes included, in alphabetical order
};

[[nodiscard]] std::vector<Row> host_rows();    ///< M0 to M2
[[nodiscard]] std::vector<Row> mail_rows();    ///< M3 to MC
[[nodiscard]] std::vector<Row> active_rows();  ///< what intrusive tests left

inline Change nothing() {
    return [](Evidence&) {};
}
inline Change file(const char* name, std::string text) {
    return [=](Evidence& evidence) { evidence.files[name] = text; };
}
inline Change message(std::string text) { return file("message", std::move(text)); }
inline Change given(const char* ip) {
    return [=](Evidence& evidence) { evidence.given.push_back(*IpAddress::parse(ip)); };
}
inline Change logs(std::function<void(evidence::MailLogFindings&)> fill) {
    return [=](Evidence& evidence) {
        evidence.logs.emplace();
        evidence.logs->understood = 1;
        fill(*evidence.logs);
    };
}
inline Change look(std::function<void(SmtpLook&)> fill) {
    return [=](Evidence& evidence) {
        SmtpLook one{.ip = *IpAddress::parse("203.0.113.25"),
                     .host = *DomainName::parse("mail.example.com"),
                     .banner = "mail.example.com"};
        fill(one);
        evidence.looks.push_back(one);
    };
}
inline Change word(std::string subject, int tier, std::string status) {
    return [=](Evidence& evidence) {
        evidence.lists.push_back({.subject = subject,
                                  .zone = "zen.spamhaus.org",
                                  .name = "ZEN",
                                  .tier = tier,
                                  .status = status,
                                  .reason = "it was silent."});
    };
}
inline Change resolver(std::function<void(SystemResolver&)> fill) {
    return [=](Evidence& evidence) { fill(evidence.resolver.emplace()); };
}
inline Change both(Change first, Change second) {
    return [=](Evidence& evidence) {
        first(evidence);
        second(evidence);
    };
}
inline Change from(const char* received,
                   const char* fields = "From: a@example.com\nDate: x\nMessage-ID: <1@example.com>\n") {
    return message(std::string("Received: ") + received + "\n" + fields + "\nbody\n");
}
inline constexpr const char* good_hop =
    "from mail.example.com (mail.example.com [203.0.113.25]) by mx.c.example with ESMTPS id 1; x";
inline constexpr const char* odd_hop = "from pc7 (unknown [198.51.100.77]) by mx.c.example with ESMTP id 1; x";

// A connection of uid 33 to 198.51.100.9:25.
inline constexpr const char* sockets = "  sl  local\n   0: 197100CB:C000 096433C6:0019 01 0:0 0:0 0 33 0 1\n";
inline constexpr const char* users =
    "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\npostfix:x:101:101::/:/bin/false\n";

inline dns::Answer answered(dns::Outcome outcome, const char* ip = nullptr) {
    dns::Answer answer{.outcome = outcome};
    if (ip != nullptr) answer.records.push_back({{}, dns::Type::a, {}, *IpAddress::parse(ip)});
    return answer;
}

inline constexpr const char* com = "example.com";

}  // namespace postern::audit::test
