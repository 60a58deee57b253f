// SPDX-License-Identifier: Apache-2.0
#include "audit/record_vantage.hpp"

#include "audit/record_reader.hpp"

namespace postern::audit {
namespace {

using Reader = RecordReader;

value milliseconds(Instant when) { return value(when.time_since_epoch().count()); }

std::string address(const std::optional<IpAddress>& ip) { return ip ? ip->to_string() : std::string(); }

array texts(const std::vector<std::string>& from) {
    array out;
    for (const std::string& text : from) out.push_back(json::text(text));
    return out;
}

std::uint16_t port_of(const Reader& in, std::string_view name) { return static_cast<std::uint16_t>(in.number(name)); }

template <class Items, class Write>
array list(const Items& items, Write write) {
    array out;
    for (const auto& item : items) out.push_back(write(item));
    return out;
}

/// What connections and messages have in common: who came, when, and how it introduced itself.
template <class Seen>
object meeting_json(const Seen& one) {
    return {{"tag", json::text(one.tag)},       {"at", milliseconds(one.at)},         {"peer", address(one.peer)},
            {"local_port", one.local_port},     {"helo", json::text(one.helo)},       {"tls", json::text(one.tls)},
            {"sender", json::text(one.sender)}, {"recipients", texts(one.recipients)}};
}

template <class Seen>
void read_meeting(const Reader& in, Seen& out) {
    out.tag = in.text("tag");
    out.at = in.instant("at");
    out.peer = in.ip("peer");
    out.local_port = port_of(in, "local_port");
    out.helo = in.text("helo");
    out.tls = in.text("tls");
    out.sender = in.text("sender");
    out.recipients = in.texts("recipients");
}

value connection_json(const SeenConnection& one) {
    object out = meeting_json(one);
    out["ended"] = json::text(one.ended);
    return out;
}

value message_json(const SeenMessage& one) {
    object out = meeting_json(one);
    out["found_in"] = json::text(one.found_in);
    out["octets"] = wire::encode_base64(one.octets);
    out["bare_newlines"] = one.bare_newlines;
    return out;
}

value recipients_json(const RecipientLook& look) {
    array recipients;
    for (const TriedRecipient& one : look.recipients)
        recipients.push_back(
            object{{"recipient", json::text(one.recipient)}, {"code", one.code}, {"text", json::text(one.text)}});
    return object{{"ip", look.ip.to_string()},          {"port", look.port},
                  {"host", look.host.text()},           {"unknown", json::text(look.unknown)},
                  {"timed_out", look.timed_out},        {"sender_code", look.sender_code},
                  {"recipients", std::move(recipients)}};
}

}  // namespace

value look_json(const SmtpLook& look) {
    object out{{"ip", look.ip.to_string()},
               {"port", look.port},
               {"host", look.host.text()},
               {"unknown", json::text(look.unknown)},
               {"banner", json::text(look.banner)},
               {"ehlo", texts(look.ehlo)},
               {"ehlo_tls", texts(look.ehlo_tls)},
               {"offered_tls", look.offered_tls},
               {"tls_version", look.tls_version},
               {"tls_problem", json::text(look.tls_problem)},
               {"certificate_names", texts(look.certificate_names)},
               {"certificate_problem", json::text(look.certificate_problem)},
               {"timed_out", look.timed_out},
               {"not_looked", look.not_looked},
               {"seen_from", json::text(look.seen_from)}};
    if (look.certificate_expires) out["certificate_expires"] = milliseconds(*look.certificate_expires);
    return out;
}

SmtpLook look_from(const value& from) {
    const Reader in(from);
    SmtpLook out{.ip = in.ip("ip").value_or(IpAddress()),
                 .port = port_of(in, "port"),
                 .host = in.domain("host"),
                 .unknown = in.text("unknown"),
                 .banner = in.text("banner"),
                 .ehlo = in.texts("ehlo"),
                 .ehlo_tls = in.texts("ehlo_tls"),
                 .offered_tls = in.flag("offered_tls"),
                 .tls_version = in.text("tls_version"),
                 .tls_problem = in.text("tls_problem"),
                 .certificate_names = in.texts("certificate_names"),
                 .certificate_problem = in.text("certificate_problem"),
                 .timed_out = in.flag("timed_out"),
                 .not_looked = in.flag("not_looked"),
                 .seen_from = in.text("seen_from")};
    if (in.get("certificate_expires") != nullptr) out.certificate_expires = in.instant("certificate_expires");
    return out;
}

SeenConnection connection_from(const value& from) {
    SeenConnection out;
    const Reader in(from);
    read_meeting(in, out);
    out.ended = in.text("ended");
    return out;
}

SeenMessage message_from(const value& from) {
    SeenMessage out;
    const Reader in(from);
    read_meeting(in, out);
    out.found_in = in.text("found_in");
    out.octets = in.bytes("octets");
    out.bare_newlines = in.number("bare_newlines");
    return out;
}

RecipientLook recipients_from(const value& from) {
    const Reader in(from);
    RecipientLook out{.ip = in.ip("ip").value_or(IpAddress()),
                      .port = port_of(in, "port"),
                      .host = in.domain("host"),
                      .unknown = in.text("unknown"),
                      .timed_out = in.flag("timed_out"),
                      .sender_code = static_cast<int>(in.number("sender_code")),
                      .recipients = {}};
    in.each("recipients", [&](const value& item) {
        const Reader one(item);
        out.recipients.push_back({one.text("recipient"), static_cast<int>(one.number("code")), one.text("text")});
    });
    return out;
}

value way_json(const WayOut& one) {
    return object{
        {"by", json::text(one.by)},           {"to", one.to.to_string()},   {"port", one.port},
        {"connected", one.connected},         {"arrived", one.arrived},     {"no_route", one.no_route},
        {"proxy_reached", one.proxy_reached}, {"why", json::text(one.why)}, {"seen_as", address(one.seen_as)}};
}
WayOut way_from(const value& from) {
    const Reader in(from);
    return {.by = in.text("by"),
            .to = in.ip("to").value_or(IpAddress()),
            .port = port_of(in, "port"),
            .connected = in.flag("connected"),
            .arrived = in.flag("arrived"),
            .proxy_reached = in.flag("proxy_reached"),
            .no_route = in.flag("no_route"),
            .why = in.text("why"),
            .seen_as = in.ip("seen_as")};
}

value vantage_json(const Vantage& vantage) {
    return object{{"name", json::text(vantage.name)},
                  {"unknown", json::text(vantage.unknown)},
                  {"probe_name", json::text(vantage.probe_name)},
                  {"port25_out", json::text(vantage.port25_out)},
                  {"port25_why", json::text(vantage.port25_why)},
                  {"you", address(vantage.you)},
                  {"looks", list(vantage.looks, look_json)},
                  {"recipients", list(vantage.recipients, recipients_json)},
                  {"connections", list(vantage.connections, connection_json)},
                  {"messages", list(vantage.messages, message_json)},
                  {"ways_out", list(vantage.ways_out, way_json)}};
}

Vantage vantage_from(const value& from) {
    const Reader in(from);
    Vantage out{.name = in.text("name"),
                .unknown = in.text("unknown"),
                .probe_name = in.text("probe_name"),
                .port25_out = in.text("port25_out"),
                .port25_why = in.text("port25_why"),
                .you = in.ip("you"),
                .looks = {},
                .recipients = {},
                .connections = {},
                .messages = {},
                .ways_out = {}};
    in.each("looks", [&](const value& item) { out.looks.push_back(look_from(item)); });
    in.each("recipients", [&](const value& item) { out.recipients.push_back(recipients_from(item)); });
    in.each("connections", [&](const value& item) { out.connections.push_back(connection_from(item)); });
    in.each("messages", [&](const value& item) { out.messages.push_back(message_from(item)); });
    in.each("ways_out", [&](const value& item) { out.ways_out.push_back(way_from(item)); });
    return out;
}

}  // namespace postern::audit
