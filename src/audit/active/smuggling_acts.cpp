// SPDX-License-Identifier: Apache-2.0
// Smuggling: a message that holds a false end and a second message behind it, in from outside and out as the test user.
//
// Inwards, the number of replies tells: a server that saw one message gives one, then answers QUIT. Both messages go to the sample
// recipient, so nobody else gets one even where it works. Outwards, the octets that arrive tell.
#include "audit/active/false_ends.hpp"
#include "audit/active/plan.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>

namespace postern::audit {
namespace {

/// The octets after DATA, the true end at their end.
std::string smuggler(const ActiveWishes& wishes, const FalseEnd& end, const std::string& token,
                     const std::string& sender) {
    const std::string& to = wishes.sample_recipient;
    std::string out = test_message(wishes, token, sender, to,
                                   fmt::format("does {} end a message? A second one hides behind it.", end.name));
    out += "The next octets must not end this message:";
    out += end.octets;
    out += fmt::format("MAIL FROM:<{}>\r\nRCPT TO:<{}>\r\nDATA\r\n", sender, to);
    out += test_message(wishes, token + "s", sender, to,
                        "this is the second message; if you read it by itself, it was smuggled in.");
    return out + ".\r\n";
}

Script inwards(const ActiveTarget& target, const ActiveWishes& wishes, const FalseEnd& end, std::string token) {
    Script script{.purpose = fmt::format("smuggling-in/{}", end.name), .server = target.ip, .token = std::move(token)};
    const int rcpt = script.ask("rcpt", "<" + wishes.far_recipient + ">", "<" + wishes.sample_recipient + ">");
    const int data = script.say("data", "DATA", rcpt, Line::Kind::data);
    const int sent = static_cast<int>(script.lines.size());
    script.say("message", smuggler(wishes, end, script.token, wishes.far_recipient), data, Line::Kind::raw);
    script.say("more", "QUIT", sent, Line::Kind::drain);
    // A refusal of the message is an answer too, and commands may have been seen before it.
    script.lines.back().after = data;
    return script;
}

Script outwards(const ActiveTarget& target, const ActiveWishes& wishes, std::uint16_t port, const FalseEnd& end,
                std::string token) {
    Script script{.purpose = fmt::format("smuggling-out/{}", end.name),
                  .server = target.ip,
                  .port = port,
                  .channel = port == 465 ? Channel::wrapped : Channel::starttls,
                  .log_in = true,
                  .token = std::move(token)};
    const std::string& to = wishes.far_end ? wishes.far_recipient : wishes.sample_recipient;
    const int rcpt = script.ask("rcpt", "<" + wishes.user_address + ">", "<" + to + ">");
    const int data = script.say("data", "DATA", rcpt, Line::Kind::data);
    std::string octets = test_message(wishes, script.token, wishes.user_address, to,
                                      fmt::format("are the octets {} sent on as they are?", end.name));
    octets += "Octets that must not leave as they are:";
    octets += end.octets;
    octets += "the line behind them\r\n.\r\n";
    script.say("message", std::move(octets), data, Line::Kind::raw);
    script.say("more", "QUIT", data, Line::Kind::drain);
    return script;
}

}  // namespace

void add_smuggling_acts(Acts& acts, const ActiveWishes& wishes, const std::shared_ptr<Tokens>& tokens) {
    const std::size_t count = false_ends().size();
    for (const ActiveTarget& target : one_a_host(wishes.targets)) {
        const std::string ip = target.ip.to_string();
        if (wishes.checks.contains("6-18") && !wishes.sample_recipient.empty() && contains(target.ports, 25)) {
            std::vector<Script> scripts;
            for (const FalseEnd& end : false_ends()) scripts.push_back(inwards(target, wishes, end, tokens->next()));
            acts.push_back(in_order(
                target.ip, fmt::format("{}: {} messages with false ends to {}", ip, count, wishes.sample_recipient),
                std::move(scripts)));
        }
        const std::uint16_t port = submission_port(target);
        if (!wishes.checks.contains("6-19") || wishes.user_address.empty() || port == 0) continue;
        std::vector<Script> scripts;
        for (const FalseEnd& end : false_ends().first(std::min<std::size_t>(8, count)))
            scripts.push_back(outwards(target, wishes, port, end, tokens->next()));
        std::string announcement =
            fmt::format("{} port {}: {} messages with bare line ends, as the test user, to {}", ip, port,
                        scripts.size(), wishes.far_end ? wishes.far_recipient : wishes.sample_recipient);
        acts.push_back(in_order(target.ip, std::move(announcement), std::move(scripts)));
    }
}

}  // namespace postern::audit
