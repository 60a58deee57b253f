// SPDX-License-Identifier: Apache-2.0
#include "wire/milter_command.hpp"

#include <fmt/format.h>

#include <optional>

namespace postern::wire {
namespace {

/// Fields off the front of a frame's data; nothing is read past its end.
class Fields {
public:
    explicit Fields(std::string_view data) : data_(data) {}

    /// Up to its zero; nothing when that is missing.
    std::optional<std::string_view> text() {
        const std::size_t end = data_.find('\0');
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view out = data_.substr(0, end);
        data_.remove_prefix(end + 1);
        return out;
    }
    template <class Number>
    std::optional<Number> number() {
        if (data_.size() < sizeof(Number)) return std::nullopt;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < sizeof(Number); ++i) value = value << 8 | static_cast<unsigned char>(data_[i]);
        data_.remove_prefix(sizeof(Number));
        return static_cast<Number>(value);
    }
    [[nodiscard]] bool done() const { return data_.empty(); }
    [[nodiscard]] std::string_view rest() const { return data_; }

private:
    std::string_view data_;
};

std::unexpected<Error> malformed(std::string_view command, std::string_view what) {
    return fail("milter.command.malformed", fmt::format("{}: {}", command, what));
}

Result<MilterCommand> offer(std::string_view data) {
    Fields fields(data);
    const auto version = fields.number<std::uint32_t>();
    const auto actions = fields.number<std::uint32_t>();
    const auto steps = fields.number<std::uint32_t>();
    // What may follow (lists of macros) is for milters to send, not for MTAs.
    if (!version || !actions || !steps) return malformed("negotiation", "less than three numbers");
    return MilterOffer{*version, *actions, *steps};
}

Result<MilterCommand> macros(std::string_view data) {
    if (data.empty()) return malformed("macros", "no command named");
    Fields fields(data.substr(1));
    while (!fields.done()) {
        const auto name = fields.text();
        const auto value = name ? fields.text() : std::nullopt;
        if (!value) return malformed("macros", "a name or value without its closing zero");
    }
    return MilterMacros{data[0], data.substr(1)};
}

Result<MilterCommand> connect(std::string_view data) {
    Fields fields(data);
    const auto host = fields.text();
    const auto family = host ? fields.number<std::uint8_t>() : std::nullopt;
    if (!family) return malformed("connect", "no host name with its closing zero, or no family");
    MilterConnect out{*host, static_cast<char>(*family), 0, {}};
    if (out.family == 'U' && fields.done()) return out;
    const auto port = fields.number<std::uint16_t>();
    const auto address = port ? fields.text() : std::nullopt;
    if (!address || !fields.done()) return malformed("connect", "no address with its closing zero at the end");
    if (out.family != '4' && out.family != '6' && out.family != 'L' && out.family != 'U')
        return malformed("connect", "an unknown family of addresses");
    out.port = *port;
    out.address = *address;
    if (out.family == '6' && out.address.starts_with("IPv6:")) out.address.remove_prefix(5);
    return out;
}

Result<MilterCommand> one_text(std::string_view data, char kind) {
    Fields fields(data);
    const auto text = fields.text();
    if (!text || !fields.done())
        return malformed(kind == 'H' ? "helo" : "unknown command", "no closing zero at the end");
    if (kind == 'H') return MilterHelo{*text};
    return MilterUnknown{*text};
}

Result<MilterCommand> path(std::string_view data, bool sender) {
    const std::string_view name = sender ? "mail" : "rcpt";
    Fields fields(data);
    const auto text = fields.text();
    if (!text || text->empty()) return malformed(name, "no address with its closing zero");
    if (!fields.done() && fields.rest().back() != '\0') return malformed(name, "an argument without its closing zero");
    return MilterPath{sender, *text, fields.rest()};
}

Result<MilterCommand> header(std::string_view data) {
    Fields fields(data);
    const auto name = fields.text();
    const auto value = name ? fields.text() : std::nullopt;
    if (!value || !fields.done()) return malformed("header", "no name and value with closing zeros");
    if (name->empty()) return malformed("header", "no name");
    return MilterHeader{*name, *value};
}

Result<MilterCommand> sign(std::string_view data, MilterSign which) {
    if (!data.empty()) return malformed("command", "data where none belongs");
    return which;
}

}  // namespace

bool MilterMacros::next(std::string_view& pairs, std::string_view& name, std::string_view& value) {
    if (pairs.empty()) return false;
    Fields fields(pairs);
    name = *fields.text();
    value = *fields.text();
    pairs = fields.rest();
    if (name.size() > 2 && name.front() == '{' && name.back() == '}') name = name.substr(1, name.size() - 2);
    return true;
}

Result<MilterCommand> parse_milter_command(const MilterFrame& frame) {
    switch (frame.command) {
    case 'O': return offer(frame.data);
    case 'D': return macros(frame.data);
    case 'C': return connect(frame.data);
    case 'H':
    case 'U': return one_text(frame.data, frame.command);
    case 'M':
    case 'R': return path(frame.data, frame.command == 'M');
    case 'L': return header(frame.data);
    case 'B': return MilterBody{frame.data};
    case 'E': return MilterEnd{frame.data};
    case 'A': return sign(frame.data, MilterSign::abort);
    case 'K': return sign(frame.data, MilterSign::quit_new_connection);
    case 'N': return sign(frame.data, MilterSign::end_of_headers);
    case 'Q': return sign(frame.data, MilterSign::quit);
    case 'T': return sign(frame.data, MilterSign::data);
    default:
        return fail("milter.command.unknown", fmt::format("a command of octet {}, which version 6 has not",
                                                          static_cast<unsigned char>(frame.command)));
    }
}

}  // namespace postern::wire
