// SPDX-License-Identifier: Apache-2.0
// No open relay, and nobody sends under another's name (measure 6).
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/checks/tried.hpp"
#include "base/contains.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::audit {
namespace {

/// A trusted network that is more than one's own hosts: why, or "".
std::string too_wide(const std::string& text) {
    std::string bare = text;
    std::erase_if(bare, [](char c) { return c == '[' || c == ']'; });
    const auto slash = bare.find('/');
    const auto ip = IpAddress::parse(bare.substr(0, slash));
    if (!ip) return bare == "*" || bare == "0/0" ? "everybody" : "";
    const int prefix = slash == bare.npos ? ip->bits() : std::atoi(bare.c_str() + slash + 1);
    const auto use = ip->special_use();
    if (ip->octets()[0] == 127 && ip->is_v4()) return {};
    if (prefix == 0) return "everybody";
    if (ip->is_v4() && prefix <= 8) return "a whole class of addresses";
    if (ip->is_v4() && prefix < 16 && use && use->contains("private")) return "a whole private range";
    if (ip->is_v4() && prefix == 16 && use && use->contains("private")) return "a whole private /16";
    if (ip->is_v4() && prefix < 24 && (!use || use->contains("documentation")))
        return "more public addresses than an organisation has";
    if (ip->is_v6() && prefix < 48 && !(use && use->contains("link-local"))) return "more than a site's addresses";
    return {};
}

struct Trusted {
    std::string network, where;
};
std::vector<Trusted> trusted_networks(const Evidence& evidence) {
    std::vector<Trusted> out;
    const auto take = [&](const std::vector<std::string>& words, const std::string& where) {
        for (const std::string& word : words)
            if (word != ":" && word != ";" && !word.starts_with('!') && !word.starts_with("<"))
                out.push_back({word, where});
    };
    if (evidence.postfix.present()) {
        take(evidence::setting_words(evidence.postfix.get("mynetworks")), "Postfix mynetworks");
        for (const auto* service : evidence.postfix.smtp_servers())
            if (service->overrides.contains("mynetworks"))
                take(evidence::setting_words(evidence.postfix.get(*service, "mynetworks")),
                     fmt::format("mynetworks of the service {}", service->name));
    }
    take(evidence::setting_words(evidence.exim.list("hostlist relay_from_hosts")), "Exim relay_from_hosts");
    for (const auto& match : evidence.opensmtpd.matches)
        if (match.to_any && !match.rejects) {
            take(match.sources, "OpenSMTPD: " + match.text);
            if (match.from_any && !match.from_auth) out.push_back({"0.0.0.0/0", "OpenSMTPD: " + match.text});
        }
    return out;
}

const SmtpLook* first_look(const Evidence& evidence) {
    const auto found = std::ranges::find_if(
        evidence.looks, [](const SmtpLook& look) { return look.port == 25 && look.unknown.empty(); });
    return found == evidence.looks.end() ? nullptr : &*found;
}

bool offers_auth(const std::vector<std::string>& keywords) {
    return std::ranges::any_of(keywords, [](const std::string& keyword) {
        return keyword == "AUTH" || keyword.starts_with("AUTH ") || keyword.starts_with("AUTH=");
    });
}

}  // namespace

Judging judge_relayed(const Evidence& evidence) {
    Findings out;
    if (!evidence.active.conversations.empty()) out = co_await judge_relay_plain(evidence);
    if (evidence.logs && evidence.logs->understood > 0) {
        const auto& logs = *evidence.logs;
        std::vector<std::string> strangers;
        for (const evidence::Relayed& one : logs.relayed) {
            const bool own = evidence.domain && one.recipient_domain == evidence.domain->text();
            const auto ip = IpAddress::parse(one.client);
            const bool known = ip && (contains(evidence.given, *ip) ||
                                      std::ranges::any_of(evidence.filter_networks,
                                                          [&](const Network& network) { return network.contains(*ip); }));
            if (!own && !known)
                strangers.push_back(fmt::format("{} ({} messages, last {})", one.client, one.count, one.sample));
        }
        const auto days = std::chrono::duration_cast<std::chrono::days>(logs.last - logs.first).count() + 1;
        if (!strangers.empty())
            out.push_back(failing(
                "RELAYED",
                fmt::format("Mail of strangers without login left for other domains: {}. If these are forwards of your "
                            "users' own mail, this is how they look.",
                            some_of(strangers)),
                "Take the client out of mynetworks; keep reject_unauth_destination first in smtpd_relay_restrictions."));
        else
            out.push_back(pass("NOT_RELAYED", fmt::format("{} attempts to relay were refused and none got through in {} "
                                                          "days of logs: strangers test this for you.",
                                                          logs.relay_refused, days)));
    }
    if (out.empty())
        out.push_back(elsewhere("RELAY_NOT_SEEN", "Neither logs nor a test show whether strangers' mail is relayed.",
                                "Give logs (--logs FILE, or on the mail server), or " + how_to_try(evidence)));
    co_return out;
}

Judging judge_gateway_client(const Evidence& evidence) {
    std::uint64_t total = 0, most = 0;
    std::string who;
    for (const auto& [client, count] : evidence.logs->by_client.counts) {
        total += count;
        if (count > most) {
            most = count;
            who = client;
        }
    }
    const bool trusted = std::ranges::any_of(trusted_networks(evidence), [&](const Trusted& one) {
        const auto network = Network::parse(one.network.contains('/') ? one.network : one.network + "/32");
        const auto ip = IpAddress::parse(who);
        return network && ip && network->contains(*ip);
    });
    if (total >= 20 && most * 10 > total * 9 && evidence::is_inside(who) && trusted)
        return settled(
            {failing("GATEWAY_TRUSTED",
                     fmt::format("{} of {} messages without login left for {}, one address inside that is trusted. If "
                                 "it is a gateway or a container's bridge, everybody behind it is trusted.",
                                 most, total, who),
                     "Let the server see real addresses (no masquerading towards it; in Docker, userland-proxy off or "
                     "host networking), and take the gateway out of the trusted networks.")});
    return settled(
        {pass("CLIENTS_TOLD_APART", "No single inside address stands for everybody who sends without login.")});
}

Judging judge_trusted_networks(const Evidence& evidence) {
    Findings out;
    const auto trusted = trusted_networks(evidence);
    for (const Trusted& one : trusted)
        if (const std::string why = too_wide(one.network); !why.empty())
            out.push_back(failing(why == "everybody" ? "TRUSTS_EVERYBODY" : "TRUSTS_TOO_MANY",
                                  fmt::format("{} trusts {}: {} may relay without login.", one.where, one.network, why),
                                  "Trust the server itself and named machines; let people log in on 587."));
    if (evidence.postfix.present()) {
        const std::string relay = evidence.postfix.get(
            "smtpd_relay_restrictions", "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination");
        const std::string recipient = evidence.postfix.get("smtpd_recipient_restrictions");
        if (!relay.contains("unauth_destination") && !recipient.contains("unauth_destination") && relay != "reject")
            out.push_back(failing(
                "NO_RELAY_CONTROL",
                "Neither smtpd_relay_restrictions nor smtpd_recipient_restrictions refuses mail for other domains.",
                "Set smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, "
                "reject_unauth_destination."));
        if (evidence.postfix.get("mynetworks").empty() && evidence.postfix.get("mynetworks_style") == "class")
            out.push_back(failing("TRUSTS_TOO_MANY",
                                  "mynetworks_style = class trusts every address of the same old class.",
                                  "Set mynetworks_style = host."));
    }
    std::vector<std::string> names;
    for (const Trusted& one : trusted) names.push_back(one.network);
    if (out.empty())
        out.push_back(pass("TRUST_IS_NARROW", names.empty()
                                                  ? "No network may relay without login."
                                                  : fmt::format("Without login may relay: {}.", some_of(names))));
    return settled(std::move(out));
}

Judging judge_auth_needs_tls(const Evidence& evidence) {
    Findings out = co_await judge_auth_tried(evidence);
    for (const SmtpLook& look : evidence.looks)
        if (look.unknown.empty() && offers_auth(look.ehlo) && look.port != 465)
            out.push_back(failing(
                "AUTH_IN_CLEAR", fmt::format("{} port {} offers AUTH without TLS.", look.ip.to_string(), look.port),
                "Postfix: smtpd_tls_auth_only = yes; Exim: auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}."));
    if (evidence.postfix.present())
        for (const auto* service : evidence.postfix.smtp_servers()) {
            const bool wrapped = evidence.postfix.get(*service, "smtpd_tls_wrappermode") == "yes" ||
                                 evidence.postfix.get(*service, "smtpd_tls_security_level") == "encrypt";
            if (evidence.postfix.get(*service, "smtpd_sasl_auth_enable") == "yes" &&
                evidence.postfix.get(*service, "smtpd_tls_auth_only") != "yes" && !wrapped)
                out.push_back(failing("AUTH_IN_CLEAR",
                                      fmt::format("The service {} takes passwords without TLS.", service->name),
                                      "Set smtpd_tls_auth_only = yes."));
        }
    if (out.empty() && !evidence.postfix.present() && first_look(evidence) == nullptr)
        out.push_back(elsewhere("AUTH_NOT_SEEN", "Neither a server nor its configuration was seen.",
                                "Run the audit on the server, or from a network where port 25 is open."));
    if (out.empty()) out.push_back(pass("AUTH_NEEDS_TLS", "Passwords are taken over TLS only, as far as was seen."));
    co_return out;
}

Judging judge_auth_on_25(const Evidence& evidence) {
    Findings out = co_await judge_auth_25_tried(evidence);
    for (const SmtpLook& look : evidence.looks) {
        if (look.port != 25 || !look.unknown.empty()) continue;
        if (offers_auth(look.ehlo) || offers_auth(look.ehlo_tls))
            out.push_back(warning(
                "AUTH_ON_25",
                fmt::format("{} offers AUTH on port 25, where passwords are guessed all day.", look.host.text()),
                "Offer AUTH on 465 and 587 only: smtpd_sasl_auth_enable = no in main.cf, yes for submission in "
                "master.cf."));
        else out.push_back(pass("NO_AUTH_ON_25", fmt::format("{} offers no AUTH on port 25.", look.host.text())));
    }
    if (out.empty())
        out.push_back(elsewhere("AUTH_NOT_SEEN", "No server was seen on port 25.",
                                "Run the audit on the server, or from a network where port 25 is open."));
    co_return out;
}

Judging judge_login_matches_sender(const Evidence& evidence) {
    Findings out;
    if (evidence.postfix.present()) {
        bool logins = false, held = true;
        for (const auto* service : evidence.postfix.smtp_servers()) {
            if (evidence.postfix.get(*service, "smtpd_sasl_auth_enable") != "yes") continue;
            logins = true;
            const std::string rules = evidence.postfix.get(*service, "smtpd_sender_restrictions") +
                                      evidence.postfix.get(*service, "smtpd_recipient_restrictions");
            const bool rejects =
                rules.contains("login_mismatch") && !evidence.postfix.get(*service, "smtpd_sender_login_maps").empty();
            held = held && rejects;
            if (!rejects)
                out.push_back(
                    failing("LOGIN_MISMATCH_ALLOWED",
                            fmt::format("By the service {}, every login may send under every address.", service->name),
                            "Set smtpd_sender_login_maps, and reject_authenticated_sender_login_mismatch first in "
                            "smtpd_sender_restrictions."));
        }
        if (logins && held) out.push_back(pass("LOGIN_MATCHED", "A login may send only under its own addresses."));
    }
    if (evidence.logs && evidence.logs->mismatched > 0)
        out.push_back(warning("LOGIN_MISMATCH_SEEN",
                              fmt::format("{} messages of a login had another sender, last: {}",
                                          evidence.logs->mismatched, evidence.logs->mismatched_sample),
                              "Decide which are wanted, allow those, refuse the rest."));
    if (out.empty())
        out.push_back(evidence.postfix.present()
                          ? pass("NO_LOGINS", "This server takes no logins.")
                          : elsewhere("LOGINS_UNKNOWN", "How this server holds logins to addresses is not judged.",
                                      "Postfix is judged by this."));
    return settled(std::move(out));
}

Judging judge_vrfy(const Evidence& evidence) {
    Findings out = co_await judge_vrfy_tried(evidence);
    if (evidence.postfix.present())
        out.push_back(evidence.postfix.get("disable_vrfy_command") == "yes"
                          ? pass("VRFY_OFF", "VRFY is off.")
                          : warning("VRFY_ON", "VRFY tells strangers which addresses exist.",
                                    "Set disable_vrfy_command = yes."));
    if (out.empty())
        out.push_back(elsewhere("VRFY_NOT_SEEN", "Neither a configuration nor a test shows what VRFY tells.",
                                "Run it on the mail server (Postfix is judged), or " + how_to_try(evidence)));
    co_return out;
}

/// By version and settings of Postfix.
Finding smuggling_configured(const Evidence& evidence) {
    const std::string newline = evidence.postfix.get("smtpd_forbid_bare_newline"),
                      pipelining = evidence.postfix.get("smtpd_forbid_unauth_pipelining");
    if (newline == "yes" || newline == "normalize" || newline == "reject")
        return pass("SMUGGLING_STOPPED",
                    fmt::format("Bare line feeds do not end a message (smtpd_forbid_bare_newline = {}).", newline));
    if (evidence.postfix.version.empty())
        return unknown("SMUGGLING_UNKNOWN", "Postfix' version could not be learnt.");
    if (newline.empty() && evidence::compare_versions(evidence.postfix.version, "3.9") >= 0)
        return pass("SMUGGLING_STOPPED", "This version normalises bare line feeds by itself.");
    if (pipelining == "yes")
        return warning(
            "SMUGGLING_HALF",
            "Pipelining in bad order is refused, which stops most smuggling, but bare line feeds still end a message.",
            "Set smtpd_forbid_bare_newline = normalize.");
    return failing("SMUGGLING_OPEN",
                   "Bare line feeds end a message: a second, forged one can ride behind the first, past SPF and DMARC "
                   "(CVE-2023-51764).",
                   "Set smtpd_forbid_bare_newline = normalize (or yes before 3.8.5, 3.7.10, 3.6.14, 3.5.24).");
}

Judging judge_smuggling(const Evidence& evidence) {
    Findings out = co_await judge_smuggling_tried(evidence);
    if (evidence.postfix.present()) out.push_back(smuggling_configured(evidence));
    if (out.empty())
        out.push_back(elsewhere("SMUGGLING_NOT_SEEN", "Neither a configuration nor a test shows where a message ends.",
                                evidence.active.asked && evidence.active.refused.empty()
                                    ? "give --sample-recipient ADDRESS, who gets the messages with odd ends"
                                    : "Run it on the mail server (Postfix is judged), or " + how_to_try(evidence)));
    co_return out;
}

Judging judge_proxy_identity(const Evidence& evidence) {
    Findings out;
    for (const std::string_view setting : {"smtpd_authorized_xclient_hosts", "smtpd_authorized_xforward_hosts"})
        for (const std::string& word : evidence::setting_words(evidence.postfix.get(setting)))
            if (const std::string why = too_wide(word); !why.empty())
                out.push_back(failing("XCLIENT_TOO_WIDE",
                                      fmt::format("{} lets {} ({}) say who the client is.", setting, word, why),
                                      "Name the gateway's address only."));
    for (const auto* service : evidence.postfix.smtp_servers())
        if (evidence.postfix.get(*service, "smtpd_upstream_proxy_protocol") == "haproxy" &&
            (service->name == "smtp" || service->name == "25"))
            out.push_back(
                warning("PROXY_ON_PUBLIC_PORT",
                        fmt::format("The service {} believes a PROXY header from whoever connects.", service->name),
                        "Take it on a port that only the proxy reaches, and hold that with the firewall."));
    if (out.empty()) out.push_back(pass("IDENTITY_HELD", "Nobody but named hosts may say who the client is."));
    return settled(std::move(out));
}

}  // namespace postern::audit
