// SPDX-License-Identifier: Apache-2.0
// DMARC aggregate reports (RFC 9990): what receivers saw in our name, by source address.
#pragma once

#include "base/instant.hpp"
#include "base/ip_address.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::evidence {

struct DmarcReport {
    struct Row {
        IpAddress source;
        std::uint64_t count = 0;
        bool dkim_aligned = false, spf_aligned = false;
        std::string disposition;  ///< "none", "quarantine", "reject"
        std::string header_from;
        std::string dkim_domain, spf_domain;  ///< the first of auth_results that passed, else the first
    };
    std::string reporter;  ///< org_name
    std::string domain;
    Instant begin{}, end{};
    std::vector<Row> rows;  ///< at most max_rows
    static constexpr std::size_t max_rows = 20'000;
};

/// One XML document. Errors: dmarc_report.malformed (with the line), dmarc_report.too_large.
[[nodiscard]] Result<DmarcReport> parse_dmarc_report(std::string_view xml);

/// A report file in any wrapping in which reports arrive: XML, zip, gzip, or the whole mail. Errors: of the above and unpack.
[[nodiscard]] Result<std::vector<DmarcReport>> read_dmarc_file(std::string_view octets);

}  // namespace postern::evidence
