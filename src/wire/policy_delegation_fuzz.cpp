// SPDX-License-Identifier: Apache-2.0
// Requests of a mail server that may be anything. The first octet says how the octets are cut. What must hold: no crash, cuts change
// nothing, and a path made of any address is read again as one with the same domain, or refused.
#include "wire/policy_delegation.hpp"

#include "base/mail_address.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace postern::wire;

std::string read(std::string_view octets, std::size_t step) {
    PolicyRequestReader reader;
    std::string seen;
    while (!octets.empty()) {
        std::string_view piece = octets.substr(0, step);
        octets.remove_prefix(piece.size());
        for (;;) {
            const auto request = reader.next(piece);
            if (!request) return seen + std::string(request.error().code);
            if (!*request) break;
            const PolicyRequest& one = **request;
            for (const std::string* text : {&one.state, &one.instance, &one.sender, &one.recipient, &one.login,
                                            &one.client_address, &one.helo, &one.context})
                seen += *text + '\n';
            seen += std::to_string(one.recipient_count) + ' ' + std::to_string(one.size) + ';';
            for (const std::string* text : {&one.sender, &one.recipient}) {
                const auto address = postern::MailAddress::parse(policy_path(*text));
                if (address && address->is_null() != text->empty()) std::abort();
            }
            if (PolicyAction::hold(one.sender).text().find('\n') + 2 != PolicyAction::hold(one.sender).text().size())
                std::abort();
        }
    }
    return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (read(octets, 1U + data[0] % 64) != read(octets, std::max<std::size_t>(1, octets.size()))) std::abort();
    return 0;
}
