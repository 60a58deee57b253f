// SPDX-License-Identifier: Apache-2.0
#include "app/explain/explain_command.hpp"
#include "app/lists/lists_command.hpp"
#include "app/cli/command_groups.hpp"
#include "app/cli/option_groups.hpp"

namespace postern::app {
namespace {

constexpr std::array lists_examples{
    Example{"postern lists 203.0.113.7", "Is this address listed, where, why, and what now?"},
    Example{"postern lists mail.example.com example.com", "Names are looked up on lists of domains."},
    Example{"postern lists 203.0.113.0/28 --format csv", "A small network, for a spreadsheet."},
    Example{"postern lists - --zones-file own.txt --resolver 127.0.0.1@5353 < addresses",
            "Your own or rsynced lists, as many addresses as you like."},
};

constexpr std::array catalogue_options{
    Option{"--catalogue", "FILE", "Adds to the built-in catalogue or overrides it, zone by zone."}};
constexpr std::array<std::span<const Option>, 2> explain_groups{catalogue_options, shared_options};
constexpr std::array explain_examples{
    Example{"postern explain 5-04", "A check: why it matters, how to verify it by hand, how to mend it."},
    Example{"postern explain E7K2QJ4M9AB", "What a reply of the gate meant, by the event named in it."},
    Example{"postern explain xbl.spamhaus.org", "What an entry means, what leads to it, who may ask for removal."}};

constexpr std::array table{
    Command{"lists", "SUBJECT...", "is this address or domain on a blocklist?",
            "Asks blocklists about addresses (IPv4, IPv6), small networks, IPv6 /64s and domains; a single - reads "
            "subjects from standard input, one a line. Asks your own lists without bound; public lists for at most "
            "256 subjects a run, within a daily budget for each operator.\n\n"
            "Every list is first proved to work: it must list its test entry and must not list what no list may "
            "hold. What a list does not say is unknown, with the reason; nothing unknown counts as clean.",
            lists_groups, lists_examples, &run_lists},
    Command{"explain", "ZONE|CHECK|EVENT", "what is known of a list, a check or an event",
            "Prints what the catalogue knows of a list or a part of one; of a dead one, its story; of a check of the "
            "audit, "
            "its page: what it means for being listed, how it is tested, how to fix it; of an event named in a reply "
            "or a log, "
            "what was decided and why.",
            explain_groups, explain_examples, &run_explain},
};

}  // namespace

std::span<const Command> lists_commands() { return table; }

}  // namespace postern::app
