// SPDX-License-Identifier: Apache-2.0
// DMARC (RFC 9989): which policy holds for an author's domain, and what counts as aligned with it.
//
// The organisational domain is found by walking the DNS tree, at most eight questions, not by a list of public suffixes: the walk
// asks _dmarc below each ancestor and believes what the zones themselves say (psd=).
#pragma once

#include "base/inquiry.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::identity {

enum class DmarcPolicy : std::uint8_t { none, quarantine, reject };
[[nodiscard]] std::string_view to_string(DmarcPolicy policy);

struct DmarcRecord {
    DmarcPolicy policy = DmarcPolicy::none;       ///< p
    std::optional<DmarcPolicy> subdomain_policy;  ///< sp
    std::optional<DmarcPolicy> absent_policy;     ///< np: for names that do not exist
    bool strict_dkim = false;                     ///< adkim=s
    bool strict_spf = false;                      ///< aspf=s
    bool testing = false;                         ///< t=y
    char psd = 'u';                               ///< y, n or u
    std::vector<std::string> aggregate_reports;   ///< rua: "mailto:dmarc@example.com"
    std::vector<std::string> failure_reports;     ///< ruf
    std::vector<std::string> oddities;            ///< for people: "pct is obsolete", "the tag x is unknown"
    std::string text;
};

/// Does the text claim to be a DMARC record?
[[nodiscard]] bool is_dmarc(std::string_view text);
/// Errors: dmarc.syntax. A record without a usable p counts as p=none if it asks for reports (RFC 9989 4.7).
[[nodiscard]] Result<DmarcRecord> parse_dmarc(std::string_view text);

struct DmarcStep {
    DomainName asked;   ///< "_dmarc.example.com"
    std::string found;  ///< the record, or why there is none
};

struct DmarcFinding {
    enum class Status : std::uint8_t { found, none, temperror };
    Status status = Status::none;
    DomainName author;
    DomainName organizational;
    DomainName record_domain;  ///< where the record stands; with `found`
    DmarcRecord record;
    DmarcPolicy effective = DmarcPolicy::none;  ///< what receivers are asked to do with mail of `author`
    std::string_view effective_tag = "p";       ///< p, sp or np
    std::string problem;                        ///< of none and temperror, or a record that was discarded
    std::vector<DmarcStep> steps;
};

[[nodiscard]] dns::Inquiry<DmarcFinding> find_dmarc(DomainName author);

/// RFC 9989 4.10.2; the name itself if the walk finds no record.
[[nodiscard]] dns::Inquiry<DomainName> organizational_domain(DomainName name);

/// Is an authenticated domain aligned with the author's (RFC 9989 4.4)?
[[nodiscard]] dns::Inquiry<bool> is_aligned(DomainName author, DomainName authenticated, bool strict);

/// A destination of reports, and whether its domain says that it wants them (RFC 9990 4).
struct ReportDestination {
    std::string uri;
    bool external = false;
    bool authorized = true;
    std::string problem;  ///< why not, or why it could not be determined
    bool undetermined = false;
};
[[nodiscard]] dns::Inquiry<std::vector<ReportDestination>> check_report_destinations(DmarcFinding finding);

}  // namespace postern::identity
