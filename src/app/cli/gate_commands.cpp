// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command_groups.hpp"
#include "app/cli/option_groups.hpp"
#include "app/gate/logins_command.hpp"
#include "app/gate/masquerade_command.hpp"

namespace postern::app {
namespace {

constexpr std::array logins_options{
    Option{"--format", "FORMAT", "text or json. Default: text.", false, plain_formats},
};
constexpr std::array masquerade_options{
    Option{"--preview", "", "Shows what would change; nothing else is done. The default."},
    Option{"--confirm", "DIGEST",
           "Lets the domains of [identity] masquerade take effect: the digest is the preview's."},
    Option{"--revoke", "", "Takes that back: nothing is changed any more."},
    Option{"--format", "FORMAT", "text or json. Default: text.", false, plain_formats},
};
constexpr std::array<std::span<const Option>, 2> logins_groups{logins_options, shared_options};
constexpr std::array<std::span<const Option>, 2> masquerade_groups{masquerade_options, shared_options};
constexpr std::array list_examples{Example{"postern logins list", "Every login the gate saw, with its addresses."},
                                   Example{"postern logins list anna --format json", "One of them, for a program."}};
constexpr std::array allow_examples{
    Example{"postern logins allow anna sales@example.com", "anna sends for sales from now on."}};
constexpr std::array forget_examples{
    Example{"postern logins forget anna sales@example.com", "It is none of hers any more."},
    Example{"postern logins forget anna", "She is learnt anew, after a theft, say."}};
constexpr std::array masquerade_examples{
    Example{"postern masquerade --preview", "Which addresses would become which, and in how many messages."},
    Example{"postern masquerade --confirm 3f9a1c0b7d2e4f60", "What the preview with this digest showed may be done."}};

constexpr std::array table{
    Command{"logins list", "[LOGIN]", "which login sends under which addresses",
            "Lists what the gate learnt from live mail: logins, the addresses they send under, and which of them are "
            "usual. [identity] learnt_senders decides what becomes of others.",
            logins_groups, list_examples, &run_logins_list},
    Command{"logins allow", "LOGIN ADDRESS", "an address is one of a login's own",
            "Says that a login may send under an address, seen or not. A gate that runs takes it over.", shared_groups,
            allow_examples, &run_logins_allow},
    Command{"logins forget", "LOGIN [ADDRESS]", "an address is not, or a login is learnt anew",
            "Takes one address from a login, learnt or allowed; without an address all that was learnt of the login.",
            shared_groups, forget_examples, &run_logins_forget},
    Command{"masquerade", "", "what hiding host names would change, and your word on it",
            "Shows, of the mail that the gate saw leave, which addresses [identity] masquerade turns into which, for "
            "whom and how often, and what is left alone and why. Nothing is changed until you confirm the preview's "
            "digest.",
            masquerade_groups, masquerade_examples, &run_masquerade},
};

}  // namespace

std::span<const Command> gate_commands() { return table; }

}  // namespace postern::app
