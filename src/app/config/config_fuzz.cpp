// SPDX-License-Identifier: Apache-2.0
// Any octets as a configuration and as a catalogue: values or an error with a place, and no octet of theirs raw in the message.
#include "app/catalogue/load.hpp"
#include "app/config/config.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
    using namespace postern;
    const std::string_view text(data, size);
    const auto config = app::parse_config(text, "fuzz.toml");
    const auto catalogue = app::parse_catalogue(text, "fuzz.toml");
    for (const std::string& message :
         {config ? std::string{} : config.error().message, catalogue ? std::string{} : catalogue.error().message}) {
        if (!message.empty() && !message.starts_with("fuzz.toml:")) std::abort();
        for (const char c : message)
            if (static_cast<unsigned char>(c) < ' ') std::abort();
    }
    return 0;
}
