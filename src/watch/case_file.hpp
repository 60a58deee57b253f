// SPDX-License-Identifier: Apache-2.0
// A case: the way back after a listing, as a page that a person works through and this program reads back.
//
// The page is Markdown. Its boxes are ticked by hand, "- [x]"; while one is open the request to the operator stays refused, for a
// removal asked before the cause is gone ends in a faster relisting. Nothing is ever submitted from here, and no removal is paid.
#pragma once

#include "base/instant.hpp"
#include "reputation/delisting.hpp"

#include <string>
#include <vector>

namespace postern::watch {

struct CaseListing {
    std::string name;      ///< "Spamhaus XBL"
    std::string zone;      ///< "xbl.spamhaus.org"
    std::string meanings;  ///< "127.0.0.4: infected or abused machine behind the address"
    std::string text;      ///< the operator's words, raw
    std::string lookup_url;
    std::optional<Instant> since;
    reputation::Removal removal;
    std::vector<reputation::Cause> causes;
};

/// The page. Text from outside is escaped in it.
[[nodiscard]] std::string case_page(const std::string& subject, const std::vector<CaseListing>& listings,
                                    Instant opened);

/// What a page says now.
struct CaseState {
    std::string subject;
    std::string opened;
    std::vector<std::string> lists;  ///< names of the lists
    std::vector<std::string> open;   ///< boxes not ticked
    std::vector<std::string> ticked;
    bool closed = false;
};

/// Errors: case.not_a_case.
[[nodiscard]] Result<CaseState> read_case(std::string_view page);

/// The request to the operator. Errors: case.boxes_open (names the first open one).
[[nodiscard]] Result<std::string> draft_request(const CaseState& state);

}  // namespace postern::watch
