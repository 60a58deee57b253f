// SPDX-License-Identifier: Apache-2.0
// rspamd's protocol (/checkv2 over HTTP): the fields that tell it of a message's envelope, and its answer as values.
//
// The answer is judged, never obeyed: it gives an action and scores, and policy decides. What it asks to be added to the message is not
// read. A text of it that reaches people is raw.
#pragma once

#include "base/error.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

/// What is known beside the message itself; empty: not known.
struct SpamQuery {
    std::string client_ip, client_name, helo, sender, login, queue_id, tls_version;
    std::vector<std::string> recipients;
};

struct SpamVerdict {
    struct Symbol {
        std::string name;
        double score = 0;
    };
    static constexpr std::size_t max_symbols = 200;

    std::string action;  ///< "no action", "greylist", "add header", "rewrite subject", "soft reject", "reject"
    double score = 0, required = 0;
    std::vector<Symbol> symbols;  ///< the weightiest first
    std::string message;          ///< what rspamd would say to the client

    [[nodiscard]] bool gtube() const;
};

/// Fields of the request, names in lower case. Octets that could break a field are taken out; recipients stand behind commas.
[[nodiscard]] std::map<std::string, std::string, std::less<>> rspamd_fields(const SpamQuery& query);

/// Errors: rspamd.malformed, rspamd.skipped (it did not scan), rspamd.error (its own words).
[[nodiscard]] Result<SpamVerdict> read_rspamd_answer(std::string_view body);

}  // namespace postern::wire
