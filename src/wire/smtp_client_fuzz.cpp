// SPDX-License-Identifier: Apache-2.0
// A hostile server against the client: the first octets choose commands, the rest is what the server says. The client never has
// two commands under way, and never speaks after the end.
#include "wire/smtp_client.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using postern::wire::SmtpClient;
    constexpr std::size_t head = 8;
    if (size < head) return 0;
    SmtpClient client;
    std::string_view text(reinterpret_cast<const char*>(data) + head, size - head);
    for (std::size_t turn = 0; turn < 64 && !text.empty(); ++turn) {
        const auto choice = data[turn % head];
        const auto reply = client.take(text.substr(0, choice % 32U + 1));
        text.remove_prefix(std::min<std::size_t>(choice % 32U + 1, text.size()));
        if (!reply && client.phase() != SmtpClient::Phase::ended) __builtin_trap();
        if (client.phase() == SmtpClient::Phase::handshake) client.tls_started();
        const auto said = choice % 5 == 0   ? client.hello("x")
                          : choice % 5 == 1 ? client.start_tls("RSET\r\n")
                          : choice % 5 == 2 ? client.log_in({"a", "b"})
                          : choice % 5 == 3 ? client.data()
                                            : client.raw("x\r\n.\r\n");
        if (said && client.phase() != SmtpClient::Phase::answering) __builtin_trap();
        if (client.phase() == SmtpClient::Phase::challenge) (void)client.respond();
        if (choice % 7 == 0) client.expect_another();
    }
    return 0;
}
