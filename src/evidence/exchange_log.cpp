// SPDX-License-Identifier: Apache-2.0
#include "evidence/exchange_log.hpp"

#include "evidence/log_clock.hpp"
#include "evidence/scan.hpp"

namespace postern::evidence {
namespace {

using Kind = MailEvent::Kind;

/// RFC 4180: quotes double themselves inside quotes.
std::vector<std::string> split(std::string_view line) {
    std::vector<std::string> values(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') values.back() += line[++i];
        else if (c == '"') quoted = !quoted;
        else if (c == ',' && !quoted && values.size() < ExchangeLog::max_columns) values.emplace_back();
        else values.back() += c;
    }
    return values;
}

}  // namespace

std::string_view ExchangeLog::field(std::string_view name) const {
    for (std::size_t i = 0; i < columns_.size() && i < values_.size(); ++i)
        if (columns_[i] == name) return values_[i];
    return {};
}

std::optional<MailEvent> ExchangeLog::read(std::string_view line) {
    if (line.starts_with("#Fields: ")) columns_ = split(line.substr(9));
    if (columns_.empty() || line.starts_with('#')) return std::nullopt;
    values_ = split(line);
    const std::string_view id = field("event-id"), source = field("source");
    MailEvent event;
    event.id = field("network-message-id").empty() ? field("message-id") : field("network-message-id");
    event.sender = field("sender-address");
    event.recipient = before(field("recipient-address"), ";");
    event.reply = field("recipient-status");
    std::string stamp = std::string(field("date-time")) + ",";
    std::string_view at = stamp;
    LogClock clock(Instant{}, std::chrono::minutes(0));
    if (const auto when = clock.take(at)) event.at = when->at;
    const std::string_view original = field("original-client-ip");
    if (id == "RECEIVE" && source == "SMTP") {
        event.kind = Kind::arrived;
        event.client = original.empty() ? field("client-ip") : original;
        if (field("directionality") == "Originating" && !original.empty()) event.login = event.sender;
        return event;
    }
    if (id == "RECEIVE" && source == "STOREDRIVER") {
        event.kind = Kind::arrived;
        event.login = event.sender;
        return event;
    }
    const bool out = id == "SEND" || id == "SENDEXTERNAL";
    if (out || id == "DELIVER") {
        event.kind = Kind::sent;
        event.local = id == "DELIVER";
        event.relay = field("server-hostname");
        event.relay_ip = field("server-ip");
        if (out) event.source = field("client-ip");
        return event;
    }
    if (id == "FAIL")
        event.kind =
            event.reply.contains("Malware") || event.reply.contains("malware") ? Kind::infected : Kind::bounced;
    else if (id == "DEFER") event.kind = Kind::deferred;
    else if (id == "DSN") event.kind = Kind::returned;
    else return std::nullopt;
    event.relay_ip = field("server-ip");
    return event;
}

}  // namespace postern::evidence
