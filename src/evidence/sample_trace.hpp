// SPDX-License-Identifier: Apache-2.0
// Who sent a test message, as the server's own log has it: the queue id joins the login to the message, and to what became of it.
//
//     postfix/submission/smtpd[7]: 4XA: client=pc[203.0.113.9], sasl_method=PLAIN, sasl_username=test@example.com
//     postfix/cleanup[8]: 4XA: message-id=<TOKEN@example.com>
//     postfix/cleanup[8]: 4XA: milter-reject: END-OF-MESSAGE from ...: 5.7.1 virus found
//
// Exim names login and message in one line (A=plain:test ... id=TOKEN@example.com). A log is outside text: what is kept is bounded.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace postern::evidence {

class SampleTraces {
public:
    static constexpr std::size_t max_open = 20'000;  ///< queue ids whose message is not known yet

    struct Trace {
        std::string token, login, line;
    };

    /// Tokens stand in front of the @ of a Message-ID.
    explicit SampleTraces(std::set<std::string, std::less<>> tokens) : tokens_(std::move(tokens)) {}

    /// One line without its line end; borrowed for the call.
    void read(std::string_view line);
    /// One for each token that was seen, in the order of their tokens.
    [[nodiscard]] std::vector<Trace> traces() const;

private:
    void read_postfix(std::string_view id, std::string_view rest);
    [[nodiscard]] std::string token_behind(std::string_view line, std::string_view mark) const;

    std::set<std::string, std::less<>> tokens_;
    std::map<std::string, std::string, std::less<>> logins_;  // by queue id
    std::map<std::string, std::string, std::less<>> ours_;    // token by queue id
    std::map<std::string, Trace, std::less<>> traces_;        // by token
};

}  // namespace postern::evidence
