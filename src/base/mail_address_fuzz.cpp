// SPDX-License-Identifier: Apache-2.0
// Paths of MAIL and RCPT: what is read once is read the same again, and nothing of it could end a line.
#include "base/mail_address.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using postern::MailAddress;
    const auto address = MailAddress::parse(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!address) return 0;
    const std::string text = address->text();
    if (address->local().size() > MailAddress::max_local) std::abort();
    if (text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos) std::abort();
    if (address->routed() || address->utf8() || address->is_null()) return 0;
    // An address without tricks is the same whoever reads it: its text leads to itself.
    const auto again = MailAddress::parse("<" + text + ">");
    if (!again || again->domain() != address->domain() || again->local() != address->local() || again->routed())
        std::abort();
    return 0;
}
