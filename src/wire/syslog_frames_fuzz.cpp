// SPDX-License-Identifier: Apache-2.0
// However the octets are cut, the messages are the same, and none is longer than its limit.
#include "wire/syslog_frames.hpp"

#include <cstdlib>
#include <vector>

namespace {

using postern::wire::SyslogFrames;

std::vector<std::string> read(std::string_view octets, std::size_t step) {
    std::vector<std::string> out;
    const auto take = [&](std::string_view message) {
        if (message.empty() || message.size() > SyslogFrames::max_message) std::abort();
        out.emplace_back(message);
    };
    SyslogFrames frames;
    for (std::size_t at = 0; at < octets.size(); at += step) frames.feed(octets.substr(at, step), take);
    frames.end(take);
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const auto whole = read(octets, size + 1);
    if (read(octets, 1) != whole || read(octets, 7) != whole) std::abort();
    return 0;
}
