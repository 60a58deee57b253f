// SPDX-License-Identifier: Apache-2.0
#include "egress/export.hpp"

#include "egress/render_nft.hpp"

#include <array>

namespace postern::egress {
namespace {

std::string nft_rules(const Model& model) { return nft_file(model, generation_of(model)); }
std::string nft_out(const Model&) { return nft_reverse(); }

constexpr std::array formats{
    ExportFormat{"nft", true, &nft_rules, &nft_out},
    ExportFormat{"iptables", true, &iptables_rules, &iptables_reverse},
    ExportFormat{"pf", false, &pf_rules, &pf_reverse},
    ExportFormat{"opnsense", false, &opnsense_rules, &opnsense_reverse},
    ExportFormat{"mikrotik", false, &mikrotik_rules, &mikrotik_reverse},
    ExportFormat{"cisco-ios", false, &cisco_ios_rules, &cisco_ios_reverse},
};

}  // namespace

std::span<const ExportFormat> export_formats() { return formats; }

const ExportFormat* find_export_format(std::string_view name) {
    for (const ExportFormat& one : formats)
        if (one.name == name) return &one;
    return nullptr;
}

}  // namespace postern::egress
