// SPDX-License-Identifier: Apache-2.0
// Does a host name look like one that an access provider gives to every line?
//
// Two families of rules are in use and disagree, so both are judged and named. Lists of generic names (Abusix, SpamRATS,
// Cloudmark's reset form) look for the address in its own name. Content filters (rspamd's hfilter and its like) look for words of
// access lines. A name that neither finds is what a mail server should have.
#pragma once

#include "base/domain_name.hpp"
#include "base/ip_address.hpp"

#include <string>

namespace postern::identity {

struct GenericName {
    std::string by_address;    ///< what of the address stands in the name: "203-0-113-25"; empty: nothing
    std::string by_words;      ///< the word found: "dsl"; empty: none
    bool static_only = false;  ///< the only word is "static" or "business": tolerated by some, not by all

    [[nodiscard]] bool generic() const { return !by_address.empty() || (!by_words.empty() && !static_only); }
};

[[nodiscard]] GenericName judge_generic_name(const DomainName& name, const IpAddress& ip);

}  // namespace postern::identity
