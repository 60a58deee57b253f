// SPDX-License-Identifier: Apache-2.0
// Frames of an MTA for tests and fuzz targets: what Postfix 3.7 sends for one message.
#pragma once

#include "wire/milter_answer.hpp"

#include <string>
#include <string_view>

namespace postern::wire::milter_talk {

using namespace std::string_view_literals;

inline constexpr std::uint32_t all_actions = 0x1ff, all_steps = 0x1fffff;

inline std::string number(std::uint32_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
    return out;
}
inline std::string offer(std::uint32_t version = 6, std::uint32_t actions = all_actions,
                         std::uint32_t steps = all_steps) {
    return milter_frame('O', number(version) + number(actions) + number(steps));
}
inline std::string connect() {
    return milter_frame('D', "C{daemon_name}\0smtp.example.com\0"sv) + milter_frame('C', "client.example\0004\x12\x34"
                                                                                         "192.0.2.7\0"sv);
}
inline std::string helo() { return milter_frame('D', "H"sv) + milter_frame('H', "client.example\0"sv); }
inline std::string mail() {
    return milter_frame('D', "M{auth_authen}\0anna\0"sv) + milter_frame('M', "<a@example.com>\0SIZE=100\0"sv);
}
inline std::string rcpt(std::string_view path = "<b@plain.example>") {
    return milter_frame('D', "R"sv) + milter_frame('R', std::string(path) + '\0');
}
inline std::string headers() {
    return milter_frame('D', "Li\0004XQ1\0"sv) + milter_frame('L', "From\0 a@example.com\0"sv) +
           milter_frame('L', "Subject\0 one\n two\0"sv) + milter_frame('N', {});
}
inline std::string body(std::string_view octets = "Hello\r\n") { return milter_frame('B', octets); }
inline std::string end() { return milter_frame('D', "Ei\0004XQ1\0"sv) + milter_frame('E', {}); }
inline std::string abort() { return milter_frame('A', {}); }
inline std::string quit() { return milter_frame('Q', {}); }
inline std::string message() { return mail() + rcpt() + headers() + body() + end(); }

}  // namespace postern::wire::milter_talk
