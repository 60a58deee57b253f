// SPDX-License-Identifier: Apache-2.0
#include "audit/active/relay_forms.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::audit {
namespace {

using namespace std::string_view_literals;

constexpr auto stranger = "<$s@$far>"sv;

constexpr std::array forms{
    RelayForm{"R01", "6-01", "stranger to stranger", stranger, "<$r@$far>"},

    RelayForm{"R02", "6-02", "null sender", "<>", "<$r@$far>"},
    RelayForm{"R03", "6-02", "sender of the own domain", "<$s@$own>", "<$r@$far>"},
    RelayForm{"R04", "6-02", "own postmaster as sender", "<postmaster@$own>", "<$r@$far>"},
    RelayForm{"R05", "6-02", "sender at the server's name", "<$s@$host>", "<$r@$far>"},
    RelayForm{"R06", "6-02", "sender at the server's address", "<$s@$ip>", "<$r@$far>"},
    RelayForm{"R07", "6-02", "sender at localhost", "<$s@localhost>", "<$r@$far>"},
    RelayForm{"R08", "6-02", "sender without a domain", "<$s>", "<$r@$far>"},
    RelayForm{"R09", "6-02", "recipient as sender", "<$r@$far>", "<$r@$far>"},
    RelayForm{"R10", "6-02", "sender of no domain there is", "<$s@$s.invalid>", "<$r@$far>"},
    RelayForm{"R11", "6-02", "sender at the loopback address", "<$s@[127.0.0.1]>", "<$r@$far>"},
    RelayForm{"R12", "6-02", "sender at a loopback address of IPv6", "<$s@[IPv6:::1]>", "<$r@$far>"},

    RelayForm{"R13", "6-03", "percent hack at the own domain", stranger, "<$r%$far@$own>", true},
    RelayForm{"R14", "6-03", "percent hack at the server's name", stranger, "<$r%$far@$host>", true},
    RelayForm{"R15", "6-03", "percent hack at the server's address", stranger, "<$r%$far@$ip>", true},
    RelayForm{"R16", "6-03", "percent hack without a domain", stranger, "<$r%$far>", true},
    RelayForm{"R17", "6-03", "doubled percent hack", stranger, "<$r%$far%$host@$own>", true},
    RelayForm{"R18", "6-03", "quoted address", stranger, R"(<"$r@$far">)", true},
    RelayForm{"R19", "6-03", "quoted address at the own domain", stranger, R"(<"$r@$far"@$own>)", true},
    RelayForm{"R20", "6-03", "quoted address at the server's address", stranger, R"(<"$r@$far"@$ip>)", true},
    RelayForm{"R21", "6-03", "quoted percent hack", stranger, R"(<"$r%$far">)", true},
    RelayForm{"R22", "6-03", "quoted percent hack at the own domain", stranger, R"(<"$r%$far"@$own>)", true},
    RelayForm{"R23", "6-03", "two at-signs, own domain", stranger, "<$r@$far@$own>", true},
    RelayForm{"R24", "6-03", "two at-signs, server's address", stranger, "<$r@$far@$ip>", true},
    RelayForm{"R25", "6-03", "two at-signs, server's name", stranger, "<$r@$far@$host>", true},
    RelayForm{"R26", "6-03", "source route by the own domain", stranger, "<@$own:$r@$far>"},
    RelayForm{"R27", "6-03", "source route by the server's address", stranger, "<@$ip:$r@$far>"},
    RelayForm{"R28", "6-03", "source route by the server's name", stranger, "<@$host:$r@$far>"},
    RelayForm{"R29", "6-03", "source route by two hosts", stranger, "<@$own,@$host:$r@$far>"},
    RelayForm{"R30", "6-03", "bang path", stranger, "<$far!$r>", true},
    RelayForm{"R31", "6-03", "bang path at the own domain", stranger, "<$far!$r@$own>", true},
    RelayForm{"R32", "6-03", "bang path at the server's address", stranger, "<$far!$r@$ip>", true},
    RelayForm{"R33", "6-03", "bang path at the server's name", stranger, "<$far!$r@$host>", true},
    RelayForm{"R34", "6-03", "bang path over the own domain", stranger, "<$own!$far!$r>", true},
    RelayForm{"R35", "6-03", "bang path with a percent hack", stranger, "<$far!$r%$host@$own>", true},
    RelayForm{"R36", "6-03", "quoted bang path at the own domain", stranger, R"(<"$far!$r"@$own>)", true},
    RelayForm{"R37", "6-03", "quoted local part with a percent hack", stranger, R"(<"$r"%$far@$own>)", true},

    RelayForm{"R38", "6-04", "percent hack at the loopback address", stranger, "<$r%$far@[127.0.0.1]>", true},
    RelayForm{"R39", "6-04", "percent hack at localhost", stranger, "<$r%$far@localhost>", true},
    RelayForm{"R40", "6-04", "two at-signs, localhost", stranger, "<$r@$far@localhost>", true},
    RelayForm{"R41", "6-04", "source route by localhost", stranger, "<@localhost:$r@$far>"},
    RelayForm{"R42", "6-04", "percent hack below the own domain", stranger, "<$r%$far@postern-probe.$own>", true},
    RelayForm{"R43", "6-04", "own sender, percent hack at the own domain", "<postmaster@$own>", "<$r%$far@$own>", true},
    RelayForm{"R44", "6-04", "null sender, two at-signs", "<>", "<$r@$far@$own>", true},

    RelayForm{"R45", "6-05", "dot behind the domain", stranger, "<$r@$far.>"},
    RelayForm{"R46", "6-05", "no domain behind the at-sign", stranger, "<$r%$far@>", true},
    RelayForm{"R47", "6-05", "no brackets", stranger, "$r@$far"},
    RelayForm{"R48", "6-05", "doubled brackets", stranger, "<<$r@$far>>"},
    RelayForm{"R49", "6-05", "bracket left open", stranger, "<$r@$far"},
    RelayForm{"R50", "6-05", "blanks within the brackets", stranger, "< $r@$far >"},
    RelayForm{"R51", "6-05", "escaped at-sign", stranger, R"(<$r\@$far@$own>)", true},
    RelayForm{"R52", "6-05", "escaped quote", stranger, R"(<"$r\"@$far"@$own>)", true},
    RelayForm{"R53", "6-05", "comment in the local part", stranger, "<$r(postern)@$far>"},
    RelayForm{"R54", "6-05", "the own domain as a comment", stranger, "<$r@$far($own)>"},
    RelayForm{"R55", "6-05", "NUL before the own domain", stranger, "<$r@$far\0@$own>"sv, true},
    RelayForm{"R56", "6-05", "full-width at-sign", stranger, "<$r\xef\xbc\xa0$far@$own>", true},
    RelayForm{"R57", "6-05", "look-alike of the own domain", stranger, "<$r%$far@$like>"},
    RelayForm{"R58", "6-05", "encoded word", stranger, "<=?utf-8?q?$r=40$far?=@$own>", true},
    RelayForm{"R59", "6-05", "dot behind the own domain, percent hack", stranger, "<$r%$far@$own.>", true},
    RelayForm{"R60", "6-05", "original recipient of the own domain", stranger,
              "<$r@$far> ORCPT=rfc822;postmaster@$own"},
};

/// The first letter that has a twin in Cyrillic, exchanged; a domain without one gets a full-width dot.
std::string look_alike(std::string domain) {
    constexpr std::array<std::pair<char, std::string_view>, 6> twins{{{'a', "\xd0\xb0"},
                                                                      {'c', "\xd1\x81"},
                                                                      {'e', "\xd0\xb5"},
                                                                      {'o', "\xd0\xbe"},
                                                                      {'p', "\xd1\x80"},
                                                                      {'x', "\xd1\x85"}}};
    for (std::size_t at = 0; at < domain.size(); ++at)
        for (const auto& [letter, twin] : twins)
            if (domain[at] == letter) return domain.replace(at, 1, twin);
    return domain + "\xef\xbc\x8e";
}

}  // namespace

std::span<const RelayForm> relay_forms() { return forms; }
const RelayForm* find_relay_form(std::string_view id) {
    const auto found = std::ranges::find(forms, id, &RelayForm::id);
    return found == forms.end() ? nullptr : &*found;
}

RelayNames names_for(const RelayForm& form, RelayNames names) {
    if (names.tagged) names.far_local += "-r" + std::string(form.id.substr(1));
    return names;
}

std::string filled(std::string_view form, const RelayNames& names) {
    const std::array<std::pair<std::string_view, std::string>, 7> words{{{"$far", names.far_domain},
                                                                         {"$own", names.own},
                                                                         {"$host", names.host},
                                                                         {"$ip", names.literal},
                                                                         {"$like", look_alike(names.own)},
                                                                         {"$r", names.far_local},
                                                                         {"$s", names.sender_local}}};
    std::string out;
    while (!form.empty()) {
        const auto word = std::ranges::find_if(words, [&](const auto& one) { return form.starts_with(one.first); });
        if (word == words.end()) {
            out += form.front();
            form.remove_prefix(1);
        } else {
            out += word->second;
            form.remove_prefix(word->first.size());
        }
    }
    return out;
}

}  // namespace postern::audit
