// SPDX-License-Identifier: Apache-2.0
#include "wire/milter_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::wire {
namespace {

std::unexpected<Error> out_of_order(std::string_view command) {
    return fail("milter.order", fmt::format("{} came where it cannot be", command));
}

std::unexpected<Error> too_long(std::string_view what) {
    return fail("milter.too_long", fmt::format("{} is longer than any real one", what));
}

void append_number(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

/// Names of macros by stage (SMFIM_*): what is not named is not sent.
void append_macro_names(std::string& out) {
    constexpr std::array<std::pair<std::uint32_t, std::string_view>, 6> names{{
        {0, "{daemon_name} {daemon_addr} {daemon_port}"},
        {1, "{tls_version} {cipher}"},
        {2, "i {auth_authen} {auth_type}"},
        {3, "i"},
        {5, "i"},
        {6, "i"},
    }};
    for (const auto& [stage, list] : names) {
        append_number(out, stage);
        out += list;
        out += '\0';
    }
}

}  // namespace

std::uint32_t MilterServer::steps_wanted() const {
    using S = MilterStep;
    std::uint32_t steps = S::no_unknown | S::no_data | S::silent_connect | S::silent_helo | S::silent_header |
                          S::silent_data | S::silent_unknown | S::silent_end_of_headers | S::silent_body |
                          S::leading_space;
    if (!wants_.sender_answer) steps |= S::silent_mail;
    if (!wants_.body) steps |= S::no_body | S::no_end_of_headers;
    if (!wants_.headers && !wants_.body) steps |= S::no_headers;
    return steps;
}

Result<MilterEvent> MilterServer::next(std::string_view& octets) {
    if (due_ != Due::none) return fail("milter.unanswered", "an event was not answered before the next was asked for");
    if (after_) {
        const Kind kind = *std::exchange(after_, std::nullopt);
        if (kind == Kind::sender) due_ = Due::sender;
        if (kind == Kind::message) return on(MilterEnd{});
        return MilterEvent{kind, {}, {}};
    }
    for (;;) {
        const auto frame = frames_.next(octets);
        if (!frame) return std::unexpected(frame.error());
        if (!*frame) return MilterEvent{};
        const auto command = parse_milter_command(**frame);
        if (!command) return std::unexpected(command.error());
        if (stage_ == Stage::fresh && !std::holds_alternative<MilterOffer>(*command))
            return out_of_order("a command before negotiation");
        auto event = std::visit([this](const auto& known) { return on(known); }, *command);
        if (!event || event->kind != Kind::more) return event;
    }
}

Result<MilterEvent> MilterServer::on(const MilterOffer& offer) {
    if (stage_ != Stage::fresh) return out_of_order("a second negotiation");
    if (offer.version < oldest_version)
        return fail("milter.version",
                    fmt::format("the mail server speaks version {} of the milter protocol", offer.version));
    actions_ = wants_.actions & offer.actions;
    steps_ = steps_wanted() & offer.steps;
    const bool names = (offer.actions & MilterAction::name_macros) != 0;
    std::string data;
    append_number(data, std::min(offer.version, newest_version));
    append_number(data, actions_ | (names ? MilterAction::name_macros : 0));
    append_number(data, steps_);
    if (names) append_macro_names(data);
    append_milter_frame(output_, 'O', data);
    stage_ = Stage::negotiated;
    return MilterEvent{};
}

bool MilterServer::keep_macro(char stage, std::string_view name, std::string_view value) {
    std::string* place = nullptr;
    if (name == "i") place = stage == 'M' ? &staged_queue_id_ : in_message() ? &envelope_.queue_id : nullptr;
    else if (name == "auth_authen") place = stage == 'M' ? &staged_login_ : nullptr;
    else if (name == "auth_type") place = stage == 'M' ? &staged_method_ : nullptr;
    else if (name == "tls_version") place = &client_.tls_version;
    else if (name == "cipher") place = &client_.tls_cipher;
    else if (name == "daemon_name") place = &client_.daemon_name;
    else if (name == "daemon_addr") place = &client_.daemon_address;
    else if (name == "daemon_port") place = &client_.daemon_port;
    if (place == nullptr) return true;
    if (value.size() > max_macro) return false;
    place->assign(value);
    return true;
}

Result<MilterEvent> MilterServer::on(const MilterMacros& macros) {
    if (macros.stage == 'H') client_.tls_version.clear(), client_.tls_cipher.clear();
    if (macros.stage == 'M') staged_login_.clear(), staged_method_.clear(), staged_queue_id_.clear();
    std::string_view pairs = macros.pairs, name, value;
    while (MilterMacros::next(pairs, name, value))
        if (!keep_macro(macros.stage, name, value)) return too_long("the value of a macro");
    return MilterEvent{};
}

Result<MilterEvent> MilterServer::on(const MilterConnect& connect) {
    if (stage_ != Stage::negotiated) return out_of_order("a client's connection");
    if (connect.host.size() > max_host) return too_long("the client's name");
    const bool named = !connect.host.starts_with('[') && connect.host != "unknown";
    client_.host = named ? connect.host : std::string_view{};
    client_.port = connect.port;
    client_.address.reset();
    if (connect.family == '4' || connect.family == '6') {
        const auto address = IpAddress::parse(connect.address);
        if (!address) return fail("milter.command.malformed", "connect: the client's address is none");
        client_.address = *address;
    }
    stage_ = Stage::connected;
    reply(MilterStep::silent_connect);
    return MilterEvent{};
}

Result<MilterEvent> MilterServer::on(const MilterHelo& helo) {
    if (stage_ < Stage::connected) return out_of_order("HELO");
    if (helo.name.size() > max_host) return too_long("the name in HELO");
    client_.helo = helo.name;
    const bool open = in_message();
    if (open) forget();
    reply(MilterStep::silent_helo);
    return MilterEvent{open ? Kind::forgotten : Kind::more, {}, {}};
}

Result<MilterEvent> MilterServer::on(const MilterPath& path) {
    if (path.path.size() + path.arguments.size() > max_path) return too_long("an address with its arguments");
    if (!path.sender) return on_recipient(path);
    if (stage_ < Stage::connected) return out_of_order("MAIL");
    const bool open = in_message();
    std::string login = std::move(staged_login_), method = std::move(staged_method_), id = std::move(staged_queue_id_);
    forget();
    envelope_.sender = path.path;
    envelope_.sender_arguments = path.arguments;
    envelope_.login = std::move(login);
    envelope_.login_method = std::move(method);
    envelope_.queue_id = std::move(id);
    stage_ = Stage::sender;
    if (open) {
        after_ = Kind::sender;
        return MilterEvent{Kind::forgotten, {}, {}};
    }
    due_ = Due::sender;
    return MilterEvent{Kind::sender, {}, {}};
}

Result<MilterEvent> MilterServer::on_recipient(const MilterPath& path) {
    if (stage_ != Stage::sender) return out_of_order("RCPT");
    if (sender_refusal_) {
        append_milter_refusal(output_, *sender_refusal_);
        return MilterEvent{};
    }
    if (envelope_.recipients.size() >= max_recipients) {
        append_milter_refusal(
            output_,
            SmtpRefusal::temporary(fmt::format("at most {} recipients a message", max_recipients), 452, "4.5.3"));
        return MilterEvent{};
    }
    recipient_ = path.path;
    due_ = Due::recipient;
    return MilterEvent{Kind::recipient, recipient_, path.arguments};
}

Result<MilterEvent> MilterServer::on(const MilterHeader& header) {
    if (stage_ != Stage::sender && stage_ != Stage::headers) return out_of_order("a header");
    stage_ = Stage::headers;
    reply(MilterStep::silent_header);
    return MilterEvent{Kind::header, header.name, header.value};
}

Result<MilterEvent> MilterServer::on(const MilterBody& body) {
    if (stage_ != Stage::body) return out_of_order("a body");
    reply(MilterStep::silent_body);
    return MilterEvent{Kind::body, body.octets, {}};
}

Result<MilterEvent> MilterServer::on(const MilterEnd& end) {
    if (!in_message()) return out_of_order("the end of a message");
    if (!end.octets.empty()) {
        if (stage_ != Stage::body) return out_of_order("a body");
        after_ = Kind::message;
        return MilterEvent{Kind::body, end.octets, {}};
    }
    if (sender_refusal_) {
        append_milter_refusal(output_, *sender_refusal_);
        forget();
        return MilterEvent{Kind::forgotten, {}, {}};
    }
    due_ = Due::message;
    return MilterEvent{Kind::message, {}, {}};
}

Result<MilterEvent> MilterServer::on(MilterSign sign) {
    switch (sign) {
    case MilterSign::abort: return forget_message(Kind::more);
    case MilterSign::quit: return forget_message(Kind::closed);
    case MilterSign::quit_new_connection: {
        auto event = forget_message(Kind::new_connection);
        client_ = {};
        if (stage_ > Stage::negotiated) stage_ = Stage::negotiated;
        return event;
    }
    case MilterSign::data:  // not asked for; an MTA that sends it all the same waits for a reply
        reply(MilterStep::silent_data);
        return MilterEvent{};
    case MilterSign::end_of_headers: break;
    }
    if (stage_ != Stage::sender && stage_ != Stage::headers) return out_of_order("the end of headers");
    stage_ = Stage::body;
    reply(MilterStep::silent_end_of_headers);
    return MilterEvent{Kind::end_of_headers, {}, {}};
}

Result<MilterEvent> MilterServer::on(const MilterUnknown&) {
    reply(MilterStep::silent_unknown);
    return MilterEvent{};
}

Result<MilterEvent> MilterServer::forget_message(Kind then) {
    const bool open = in_message();
    forget();
    if (!open) return MilterEvent{then, {}, {}};
    if (then != Kind::more) after_ = then;
    return MilterEvent{Kind::forgotten, {}, {}};
}

void MilterServer::forget() {
    envelope_ = {};
    staged_login_.clear();
    staged_method_.clear();
    staged_queue_id_.clear();
    recipient_.clear();
    sender_refusal_.reset();
    due_ = Due::none;
    after_.reset();
    if (stage_ > Stage::connected) stage_ = Stage::connected;
}

void MilterServer::reply(std::uint32_t silent_step) {
    if (!granted(silent_step)) append_milter_frame(output_, 'c', {});
}

void MilterServer::proceed() {
    const Due due = std::exchange(due_, Due::none);
    if (due == Due::recipient) {
        envelope_.recipients.push_back(std::exchange(recipient_, {}));
        reply(MilterStep::silent_recipient);
    }
    if (due == Due::sender) reply(MilterStep::silent_mail);
}

void MilterServer::refuse(const SmtpRefusal& refusal) {
    const Due due = std::exchange(due_, Due::none);
    if (due == Due::none) return;
    if (due == Due::sender && granted(MilterStep::silent_mail)) {
        sender_refusal_ = refusal;
        return;
    }
    append_milter_refusal(output_, refusal);
    if (due == Due::recipient) recipient_.clear();
    else forget();
}

Result<void> MilterServer::finish(const MilterChanges& changes) {
    if (due_ != Due::message) return fail("milter.unanswered", "there is no message to answer");
    const auto encoded = encode_milter_changes(changes, actions_, granted(MilterStep::leading_space));
    if (!encoded) {
        refuse(SmtpRefusal::temporary("the filter could not change this message as it must; please try again later"));
        return std::unexpected(encoded.error());
    }
    output_ += *encoded;
    forget();
    return {};
}

}  // namespace postern::wire
