// SPDX-License-Identifier: Apache-2.0
#include "app/firewall/firewall_command.hpp"
#include "app/cli/command_groups.hpp"
#include "app/cli/option_groups.hpp"

namespace postern::app {
namespace {

constexpr std::array<std::string_view, 6> export_names{"nft", "iptables", "pf", "opnsense", "mikrotik", "cisco-ios"};

constexpr std::array show_options{
    Option{"--live", "", "The state instead: what holds, what is on trial, counters, and who met the rules."},
    Option{"--format", "FORMAT", "With --live: text or json. Default: text.", false, plain_formats}};
constexpr std::array apply_options{Option{
    "--confirm-within", "DURATION", "How long the rules hold without a confirmation; from 1s to 24h. Default: 60s."}};
constexpr Option root_option{"--root", "DIR", "Where the boot files are, such as a mounted image. Default: /."};
constexpr std::array boot_options{root_option};
constexpr std::array remove_options{root_option, Option{"--dry-run", "", "Says what would go, and changes nothing."}};
constexpr std::array verify_options{
    root_option,
    Option{"--probe", "ADDR",
           "A listener of yours outside, on port 25: then the way out is tried to its end, for the mail server too. "
           "Default: addresses of nobody.",
           true},
    Option{"--format", "FORMAT", "text or json. Default: text.", false, plain_formats}};
constexpr std::array export_options{Option{"--format", "FORMAT",
                                           "nft, iptables, pf, opnsense, mikrotik or cisco-ios. Default: nft.", false,
                                           export_names},
                                    Option{"--reverse", "", "How to take the rules out again."}};

constexpr std::array<std::span<const Option>, 2> show_groups{show_options, shared_options};
constexpr std::array<std::span<const Option>, 2> apply_groups{apply_options, shared_options};
constexpr std::array<std::span<const Option>, 2> boot_groups{boot_options, shared_options};
constexpr std::array<std::span<const Option>, 2> remove_groups{remove_options, shared_options};
constexpr std::array<std::span<const Option>, 2> verify_groups{verify_options, shared_options};
constexpr std::array<std::span<const Option>, 2> export_groups{export_options, shared_options};

constexpr std::array show_examples{
    Example{"postern firewall show", "The rules that the configuration makes."},
    Example{"postern firewall show --live", "Who would have been shut out since yesterday?"}};
constexpr std::array apply_examples{
    Example{"postern firewall apply --confirm-within 5m", "Loads the rules; they go by themselves unless confirmed."}};
constexpr std::array verify_examples{
    Example{"postern firewall verify --probe 198.51.100.9", "Do the rules hold, to the end of the way?"}};
constexpr std::array export_examples{
    Example{"postern firewall export --format mikrotik", "The same rules for a router of another make."},
    Example{"postern firewall export --format iptables --reverse", "How to take them out."}};

constexpr std::array table{
    Command{"firewall show", "", "the rules that shut port 25 for all but the mail server",
            "Prints the rules that [site] and [egress] of the configuration make, with a comment a line, or the live "
            "state.",
            show_groups, show_examples, &run_firewall_show},
    Command{"firewall diff",
            "",
            "what of the live rules is not as configured",
            "Compares the live rules, line by line, with those that the configuration makes.",
            shared_groups,
            {},
            &run_firewall_diff},
    Command{"firewall apply", "", "loads the rules on trial",
            "Loads the rules in one transaction, into a table of their own (inet postern); other tables are never "
            "touched. They hold on "
            "trial: unless postern firewall confirm comes in time, the kernel itself goes back to the rules before, "
            "also when every "
            "process and session is gone. Nothing survives a reboot before it is confirmed.\n\n"
            "A mistake that would lock out the mail server or you is refused with the reason.",
            apply_groups, apply_examples, &run_firewall_apply},
    Command{"firewall confirm",
            "",
            "makes the rules on trial stay, also after a reboot",
            "Makes the rules on trial the ones that hold, and writes the files that load them at boot and after each "
            "reload of nftables.",
            boot_groups,
            {},
            &run_firewall_confirm},
    Command{
        "firewall remove",
        "",
        "takes the rules out again",
        "Deletes our table and the boot files; nothing else. To open port 25 for a while only, apply action = \"log\" "
        "on trial instead: without a confirmation the kernel shuts it again.",
        remove_groups,
        {},
        &run_firewall_remove},
    Command{"firewall verify", "", "do the rules really hold?",
            "Looks whether the live rules are ours and whole, whether something else on this machine goes around them, "
            "whether they survive "
            "a reboot and a reload; then opens real connections as root and as nobody and sees what becomes of them.",
            verify_groups, verify_examples, &run_firewall_verify},
    Command{"firewall export", "", "the rules for another router",
            "Prints the rules in another firewall's language, with a comment a line. nft and iptables are tried with "
            "real packets; "
            "the others are templates, not run on the device.",
            export_groups, export_examples, &run_firewall_export},
};

}  // namespace

std::span<const Command> firewall_commands() { return table; }

}  // namespace postern::app
