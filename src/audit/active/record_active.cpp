// SPDX-License-Identifier: Apache-2.0
#include "audit/active/record_active.hpp"

#include "audit/record_reader.hpp"

namespace postern::audit {
namespace {

value octets(std::string_view text) { return value(wire::encode_base64(text)); }

value talk_json(const Conversation& talk) {
    array turns;
    for (const Turn& turn : talk.turns)
        turns.push_back(object{{"label", json::text(turn.label)},
                               {"said", octets(turn.said)},
                               {"code", turn.code},
                               {"text", octets(turn.text)},
                               {"ms", turn.took.count()},
                               {"unsaid", turn.unsaid}});
    return object{{"purpose", json::text(talk.purpose)},
                  {"server", talk.server.to_string()},
                  {"from", talk.from.to_string()},
                  {"port", talk.port},
                  {"tls", talk.tls},
                  {"token", json::text(talk.token)},
                  {"banner", octets(talk.banner)},
                  {"turns", std::move(turns)},
                  {"fault_code", json::text(talk.fault_code)},
                  {"fault", json::text(talk.fault)}};
}

Conversation talk_from(const value& from) {
    const RecordReader in(from);
    Conversation out{.purpose = in.text("purpose"),
                     .server = in.ip("server").value_or(IpAddress()),
                     .from = in.ip("from").value_or(IpAddress()),
                     .port = static_cast<std::uint16_t>(in.number("port")),
                     .tls = in.flag("tls"),
                     .token = in.text("token"),
                     .banner = in.bytes("banner"),
                     .turns = {},
                     .fault_code = in.text("fault_code"),
                     .fault = in.text("fault")};
    in.each("turns", [&](const value& item) {
        const RecordReader turn(item);
        out.turns.push_back({turn.text("label"), turn.bytes("said"),
                             static_cast<int>(std::min<std::uint64_t>(turn.number("code"), 999)), turn.bytes("text"),
                             std::chrono::milliseconds(
                                 static_cast<std::int64_t>(std::min<std::uint64_t>(turn.number("ms"), 86'400'000))),
                             turn.flag("unsaid")});
    });
    return out;
}

value arrival_json(const Arrival& one) {
    return object{{"token", json::text(one.token)},     {"where", json::text(one.where)},
                  {"peer", one.peer.to_string()},       {"helo", octets(one.helo)},
                  {"mail_from", octets(one.mail_from)}, {"recipient", octets(one.recipient)},
                  {"octets", octets(one.octets)},       {"only_asked", one.only_asked}};
}

Arrival arrival_from(const value& from) {
    const RecordReader in(from);
    return {.token = in.text("token"),
            .where = in.text("where"),
            .peer = in.ip("peer").value_or(IpAddress()),
            .helo = in.bytes("helo"),
            .mail_from = in.bytes("mail_from"),
            .recipient = in.bytes("recipient"),
            .octets = in.bytes("octets"),
            .only_asked = in.flag("only_asked")};
}

value trace_json(const Trace& one) {
    return object{{"token", json::text(one.token)}, {"login", octets(one.login)}, {"line", octets(one.line)}};
}

Trace trace_from(const value& from) {
    const RecordReader in(from);
    return {in.text("token"), in.bytes("login"), in.bytes("line")};
}

}  // namespace

json::value active_json(const Active& active) {
    array talks, arrivals, traces, stopped;
    for (const Conversation& talk : active.conversations) talks.push_back(talk_json(talk));
    for (const Arrival& one : active.arrivals) arrivals.push_back(arrival_json(one));
    for (const Trace& one : active.traces) traces.push_back(trace_json(one));
    for (const std::string& why : active.stopped) stopped.push_back(json::text(why));
    return object{{"refused", json::text(active.refused)},
                  {"far_recipient", json::text(active.far_recipient)},
                  {"far_end", active.far_end},
                  {"tagged", active.tagged},
                  {"shows_askers", active.shows_askers},
                  {"sample_recipient", json::text(active.sample_recipient)},
                  {"sample_seen", active.sample_seen},
                  {"logged_in", active.logged_in},
                  {"place", json::text(active.place)},
                  {"log_read", active.log_read},
                  {"traces", std::move(traces)},
                  {"conversations", std::move(talks)},
                  {"arrivals", std::move(arrivals)},
                  {"stopped", std::move(stopped)}};
}

Active active_from(const json::value& from) {
    const RecordReader in(from);
    Active out{.asked = true,
               .refused = in.text("refused"),
               .far_recipient = in.text("far_recipient"),
               .far_end = in.flag("far_end"),
               .tagged = in.flag("tagged"),
               .shows_askers = in.flag("shows_askers"),
               .sample_recipient = in.text("sample_recipient"),
               .sample_seen = in.flag("sample_seen"),
               .logged_in = in.flag("logged_in"),
               .conversations = {},
               .arrivals = {},
               .place = in.text("place"),
               .log_read = in.flag("log_read"),
               .traces = {},
               .stopped = in.texts("stopped")};
    in.each("conversations", [&](const value& item) { out.conversations.push_back(talk_from(item)); });
    in.each("arrivals", [&](const value& item) { out.arrivals.push_back(arrival_from(item)); });
    in.each("traces", [&](const value& item) { out.traces.push_back(trace_from(item)); });
    return out;
}

}  // namespace postern::audit
