// SPDX-License-Identifier: Apache-2.0
// Links of hostile texts; the limits hold for whatever comes.
#include "policy/link_domains.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern::policy;
    Links links;
    find_links(std::string_view(reinterpret_cast<const char*>(data), size), links);
    if (links.domains.size() > max_link_domains || links.addresses.size() > max_link_domains) std::abort();
    if (links.unreadable > max_links) std::abort();
    return 0;
}
