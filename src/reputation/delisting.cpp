// SPDX-License-Identifier: Apache-2.0
#include "reputation/delisting.hpp"

#include "base/instant.hpp"

#include <fmt/format.h>

#include <cctype>

namespace postern::reputation {

std::string_view to_string(Removal::How how) {
    switch (how) {
    case Removal::How::self_service: return "self-service";
    case Removal::How::automatic: return "automatic";
    case Removal::How::request: return "request";
    case Removal::How::provider: return "provider";
    case Removal::How::none: return "none";
    }
    return "none";
}

std::string_view to_string(Removal::Who who) {
    switch (who) {
    case Removal::Who::you: return "you";
    case Removal::Who::provider: return "provider";
    case Removal::Who::nobody: return "nobody";
    }
    return "nobody";
}

std::string removal_in_words(const Removal& removal) {
    std::string words;
    const auto add = [&](std::string_view sentence) { words.append(words.empty() ? "" : " ").append(sentence); };
    const std::string at = removal.url.empty() ? "" : fmt::format(" at {}", removal.url);
    switch (removal.how) {
    case Removal::How::self_service:
        add(fmt::format("Mend the cause first, then remove the entry yourself{}.", at));
        break;
    case Removal::How::request:
        add(removal.who == Removal::Who::provider
                ? fmt::format("Mend the cause, then let your provider's abuse desk ask{}.", at)
                : fmt::format("Mend the cause first, then ask the operator{}.", at));
        break;
    case Removal::How::provider:
        add(fmt::format("Only your provider, who holds the address range, can have it removed{}.", at));
        break;
    case Removal::How::automatic: add("Nobody needs to be asked: mend the cause and the entry ends by itself."); break;
    case Removal::How::none: add("There is no removal by request."); break;
    }
    if (removal.expires)
        add(fmt::format("It expires {} after the last sign of the cause.", in_words(*removal.expires)));
    if (removal.cool_down) add(fmt::format("Wait {} between two requests.", in_words(*removal.cool_down)));
    if (removal.paid_offered) add("Removal for money is offered: never pay; it ends without.");
    if (!removal.note.empty()) add(removal.note);
    return words;
}

std::string lookup_url(const Profile& profile, const Subject& subject) {
    constexpr std::string_view placeholder = "{subject}";
    std::string url = profile.lookup_url;
    const auto at = url.find(placeholder);
    if (at == std::string::npos) return url;
    // A /64 is looked up by its first address: forms take addresses.
    const std::string text = subject.address() != nullptr ? subject.address()->to_string() : subject.to_string();
    std::string encoded;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-._~:").contains(c))
            encoded.push_back(c);
        else fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
    }
    return url.replace(at, placeholder.size(), encoded);
}

}  // namespace postern::reputation
