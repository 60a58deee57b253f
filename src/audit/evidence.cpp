// SPDX-License-Identifier: Apache-2.0
#include "audit/evidence.hpp"

namespace postern::audit {

const std::string* Evidence::file(std::string_view name) const {
    const auto found = files.find(std::string(name));
    return found == files.end() ? nullptr : &found->second;
}

void Evidence::read_files() {
    const auto text = [this](std::string_view name) {
        return file(name) == nullptr ? std::string_view{} : std::string_view(*file(name));
    };
    postfix = evidence::read_postfix_config(text("postfix.main"), text("postfix.master"));
    exim = evidence::read_exim_config(text("exim.options"), text("exim.config"), text("exim.version"));
    opensmtpd = evidence::read_opensmtpd_config(text("opensmtpd.config"), text("opensmtpd.version"));
    if (const std::string* script = file("exchange")) {
        auto read = evidence::read_exchange_export(*script);
        if (read) exchange = *std::move(read);
        else gaps["exchange"] = read.error().message;
    }
    if (const std::string* saved = file("message")) {
        auto parsed = wire::parse_message(wire::from_file(*saved));
        if (parsed) {
            message = *std::move(parsed);
            trace = evidence::read_trace(*message);
        } else {
            gaps["message"] = parsed.error().message;
        }
    }
}

}  // namespace postern::audit
