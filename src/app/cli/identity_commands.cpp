// SPDX-License-Identifier: Apache-2.0
#include "app/dkim/keygen_command.hpp"
#include "app/identity/identity_command.hpp"
#include "app/cli/command_groups.hpp"
#include "app/cli/option_groups.hpp"

namespace postern::app {
namespace {

constexpr std::array answer_options{
    Option{"--format", "FORMAT", "text or json. Default: text.", false, plain_formats},
    Option{"--timeout", "DURATION", "How long a look-up may take, such as 5s or 800ms. Default: 5s."},
};
constexpr std::array spf_options{
    Option{"--ip", "IP", "The address that sends."},
    Option{"--helo", "NAME", "What it calls itself; judged when the sender is empty."},
    Option{"--mail-from", "ADDR", "The envelope's sender, or a domain."},
};
constexpr std::array ptr_options{
    Option{"--letter", "", "Writes the message to whoever controls the reverse zone; needs --name."},
    Option{"--name", "NAME", "The host name that the address should have."},
};
constexpr std::array<std::span<const Option>, 4> spf_groups{spf_options, answer_options, dns_options, shared_options};
constexpr std::array<std::span<const Option>, 4> ptr_groups{ptr_options, answer_options, dns_options, shared_options};
constexpr std::array<std::span<const Option>, 3> identity_groups{answer_options, dns_options, shared_options};
constexpr std::array spf_examples{
    Example{"postern identity spf --ip 203.0.113.25 --helo mail.example.com --mail-from user@example.com",
            "May this address send for example.com? With each look-up counted."}};
constexpr std::array dmarc_examples{
    Example{"postern identity dmarc news.example.com", "The policy that holds, and where the walk found it."}};
constexpr std::array dkim_examples{
    Example{"postern identity dkim message.eml", "Each signature of a message saved from a mailbox."}};
constexpr std::array ptr_examples{
    Example{"postern identity ptr 203.0.113.25", "Its reverse name, whether it is confirmed, who controls it."},
    Example{"postern identity ptr 203.0.113.25 --letter --name mail.example.com", "A message to the provider."}};

constexpr std::array<std::string_view, 2> key_types{"rsa", "ed25519"};
constexpr std::array keygen_options{
    Option{"--selector", "NAME", "Under which the key is published. Default: postern."},
    Option{"--key", "FILE", "Where the private key goes; it must not exist. Default: SELECTOR.DOMAIN.pem here."},
    Option{"--type", "TYPE", "rsa (2048 bits, which everybody verifies) or ed25519. Default: rsa.", false, key_types},
};
constexpr std::array<std::span<const Option>, 1> keygen_groups{keygen_options};
constexpr std::array keygen_examples{
    Example{"postern dkim keygen example.com --selector s2026 --key /etc/postern/s2026.pem",
            "A key, and the record for the zone."}};

constexpr std::array table{
    Command{"identity spf", "", "may this address send for this domain?",
            "Evaluates SPF (RFC 7208) and shows the steps, the look-ups counted, and the term that decided.",
            spf_groups, spf_examples, &run_identity_spf},
    Command{"identity dmarc", "DOMAIN", "which DMARC policy holds for this domain?",
            "Finds the policy by the tree walk of RFC 9989, and checks that those who are to get reports take them.",
            identity_groups, dmarc_examples, &run_identity_dmarc},
    Command{"identity dkim", "FILE", "do this message's signatures verify?",
            "Verifies every DKIM signature (RFC 6376, RSA and Ed25519) of a message as it was saved.", identity_groups,
            dkim_examples, &run_identity_dkim},
    Command{"identity ptr", "IP", "what is this address called, and who can change it?",
            "Looks up the reverse name, checks that it leads back, judges whether it looks generic, and finds who "
            "controls the reverse zone.",
            ptr_groups, ptr_examples, &run_identity_ptr},
    Command{
        "dkim keygen", "DOMAIN", "a new key to sign with",
        "Makes a DKIM key (RFC 8301, RFC 8463) in a file that only its owner reads, and prints the record to publish.",
        keygen_groups, keygen_examples, &run_dkim_keygen},
};

}  // namespace

std::span<const Command> identity_commands() { return table; }

}  // namespace postern::app
