// SPDX-License-Identifier: Apache-2.0
// Options that several commands share, by what they are about.
#pragma once

#include "app/cli/command.hpp"

#include <array>

namespace postern::app {

inline constexpr std::array<std::string_view, 2> plain_formats{"text", "json"};
inline constexpr std::array<std::string_view, 5> formats{"text", "json", "jsonl", "csv", "html"};

inline constexpr std::array list_options{
    Option{"--tier", "N[,N]",
           "Asks the lists of these tiers: 1 looked at by most receivers, 2 by many, 3 by few, 0 information. Default: "
           "1,2."},
    Option{"--all", "", "Asks every list of the catalogue, information and allow-lists too."},
    Option{"--list", "ZONE", "Asks only this list; a part of a union (xbl.spamhaus.org) is asked through the union.",
           true},
    Option{"--zones-file", "FILE",
           "Asks your own lists: plain zones, one a line. Only these, unless --tier, --all or --list is given too."},
    Option{"--catalogue", "FILE", "Adds to the built-in catalogue or overrides it, zone by zone."},
    Option{"--timeout", "DURATION", "How long a list may take in all, such as 5s or 800ms. Default: 5s."},
    Option{"--format", "FORMAT", "text, json, jsonl (one object a line), csv or html. Default: text.", false, formats},
};
inline constexpr std::array dns_options{
    Option{"--resolver", "ADDR[@PORT]",
           "Sends every question to this resolver and nowhere else; repeatable, asked in turn. Default: own recursion "
           "that validates.",
           true},
    Option{"--root-hints", "FILE", "Starts recursion at these root servers."},
    Option{"--trust-anchor", "FILE",
           "Validates from these keys. Default: the system's, but none with --root-hints or --resolver."},
    Option{"--stub", "ZONE=ADDR[@PORT]", "Asks this zone's own server directly.", true},
};
inline constexpr std::array shared_options{
    Option{"--config", "FILE", "The configuration. Default: /etc/postern/postern.toml, if it is there."},
    Option{"--data-dir", "DIR",
           "Where health, budgets and listings are remembered. Default: /var/lib/postern for root, else the user's "
           "state directory."},
    Option{"--quiet", "", "No progress, no notes."},
};
inline constexpr std::array<std::span<const Option>, 3> lists_groups{list_options, dns_options, shared_options};
inline constexpr std::array<std::span<const Option>, 1> shared_groups{shared_options};

}  // namespace postern::app
