// SPDX-License-Identifier: Apache-2.0
// What a message holds: viruses and attachments (M1), spam (M3), its header and greeting (M5), its size and hops.
//
// From a filtering service nothing is refused for its content: the filter would bounce it to a forged sender. It is held instead.
#pragma once

#include "policy/decision.hpp"
#include "policy/facts.hpp"
#include "policy/settings.hpp"

namespace postern::policy {

struct ContentPlace {
    Direction direction = Direction::inbound;
    bool from_filter = false;
    std::string_view login;  ///< borrowed for the call
};

void judge_helo(std::string_view name, const Client& client, const Settings& settings, Decision& decision);
void judge_limits(const MessageFacts& facts, const Settings& settings, Decision& decision);
void judge_malware(const MessageFacts& facts, const ContentPlace& place, const Settings& settings, Decision& decision);
void judge_spam(const MessageFacts& facts, const ContentPlace& place, const Settings& settings, Decision& decision);
void judge_link_domains(const MessageFacts& facts, const ContentPlace& place, const Settings& settings,
                        Decision& decision);
void judge_header(const MessageFacts& facts, const ContentPlace& place, const Settings& settings, Decision& decision);

}  // namespace postern::policy
