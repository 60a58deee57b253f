// SPDX-License-Identifier: Apache-2.0
// The commands there are.
#include "app/cli/command.hpp"
#include "app/lists/lists_command.hpp"

#include <array>
#include <cstdio>

namespace postern::app {
namespace {

constexpr std::array<std::string_view, 5> formats{"text", "json", "jsonl", "csv", "html"};

constexpr std::array list_options{
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
constexpr std::array dns_options{
    Option{"--resolver", "ADDR[@PORT]",
           "Sends every question to this resolver and nowhere else; repeatable, asked in turn. Default: own recursion "
           "that validates.",
           true},
    Option{"--root-hints", "FILE", "Starts recursion at these root servers."},
    Option{"--trust-anchor", "FILE",
           "Validates from these keys. Default: the system's, but none with --root-hints or --resolver."},
    Option{"--stub", "ZONE=ADDR[@PORT]", "Asks this zone's own server directly.", true},
};
constexpr std::array shared_options{
    Option{"--data-dir", "DIR",
           "Where health, budgets and listings are remembered. Default: /var/lib/postern for root, else the user's "
           "state directory."},
    Option{"--quiet", "", "No progress, no notes."},
};
constexpr std::array<std::span<const Option>, 3> lists_groups{list_options, dns_options, shared_options};
constexpr std::array lists_examples{
    Example{"postern lists 203.0.113.7", "Is this address listed, where, why, and what now?"},
    Example{"postern lists mail.example.com example.com", "Names are looked up on lists of domains."},
    Example{"postern lists 203.0.113.0/28 --format csv", "A small network, for a spreadsheet."},
    Example{"postern lists - --zones-file own.txt --resolver 127.0.0.1@5353 < addresses",
            "Your own or rsynced lists, as many addresses as you like."},
};

constexpr std::array commands_table{
    Command{"lists", "SUBJECT...", "is this address or domain on a blocklist?",
            "Asks blocklists about addresses (IPv4, IPv6), small networks, IPv6 /64s and domains; a single - reads "
            "subjects from standard input, one a "
            "line. Asks your own lists without bound; public lists for at most 256 subjects a run, within a daily "
            "budget for each operator.\n\n"
            "Every list is first proved to work: it must list its test entry and must not list what no list may hold. "
            "What a list does not say is "
            "unknown, with the reason; nothing unknown counts as clean.",
            lists_groups, lists_examples, &run_lists},
};

}  // namespace

std::span<const Command> commands() { return commands_table; }

}  // namespace postern::app
