// SPDX-License-Identifier: Apache-2.0
#include "identity/registrable_domain.hpp"

#include <libpsl.h>

#include <string>

namespace postern::identity {

std::optional<DomainName> registrable_domain(const DomainName& name) {
    const std::string text(name.text());
    const char* found = psl_registrable_domain(psl_builtin(), text.c_str());
    if (found == nullptr) return std::nullopt;
    auto domain = DomainName::parse(found);
    return domain ? std::optional(*std::move(domain)) : std::nullopt;
}

}  // namespace postern::identity
