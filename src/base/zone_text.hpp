// SPDX-License-Identifier: Apache-2.0
// A few records as text, answering as the DNS would: for tests and worked examples.
//
//     example.com      MX   10 mail.example.com
//     mail.example.com A    203.0.113.25
//     example.com      TXT  "v=spf1 mx -all" "second string"
//     gone.example     TIMEOUT
//
// One record a line, owner first; `SERVFAIL`, `REFUSED`, `BOGUS` and `TIMEOUT` in the place of a type hold for all types of the
// owner. A name that no line names, and none below it, does not exist. CNAMEs are followed.
#pragma once

#include "base/dns.hpp"

#include <map>
#include <string_view>

namespace postern::dns {

class ZoneText {
public:
    /// Errors: zone_text.malformed, with the line.
    [[nodiscard]] static Result<ZoneText> parse(std::string_view text);
    [[nodiscard]] Answer answer(const Question& question) const;
    Answer operator()(const Question& question) const { return answer(question); }

private:
    std::vector<Record> records_;
    std::map<DomainName, Outcome> faults_;
};

}  // namespace postern::dns
