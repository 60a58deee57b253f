// SPDX-License-Identifier: Apache-2.0
// The model in nftables' language, in a table of our own (inet postern) that no other table's accept can overrule.
//
// A reject of one base chain is final, whatever another table accepts earlier or later; so the table needs no place in anybody
// else's chains. The rules of one apply are a *generation*: chains named by a number made of their content. A base chain reads
//
//     meta nfproto vmap @trial_forward        # empty, but for the seconds in which a generation is on trial
//     goto forward_5f2c81d0                   # the confirmed one
//
// A trial is an element of that map with a time-out: when nobody confirms, the kernel itself drops the element and the old rules
// hold again, also when every process of ours was killed. A confirmation deletes the element in its transaction, which fails as a
// whole if the kernel was faster. Tried before: a background process that restores the old rules; it dies with the session that
// the new rules cut off.
//
// Text and not JSON goes to nft, because what `show` prints, what `apply` loads, what boots and what is exported is then the same.
#pragma once

#include "egress/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::egress {

inline constexpr std::string_view table_name = "postern";
/// Hooks in which the table has a base chain: forward, output, and divert (nat prerouting) for the trap.
[[nodiscard]] std::vector<std::string_view> hooks_of(const Model& model);

/// Eight hexadecimal digits made of the rules.
[[nodiscard]] std::string generation_of(const Model& model);

/// The whole table, confirmed: for the boot file and for export. Loading it again replaces it; `generation` names its chains.
[[nodiscard]] std::string nft_file(const Model& model, std::string_view generation);
/// How it is taken out.
[[nodiscard]] std::string nft_reverse();

/// What of the table is live, as far as a transaction must know.
struct LiveTable {
    bool present = false;
    std::string confirmed;                 ///< generation; empty: none
    std::string trial;                     ///< generation on trial; empty: none
    std::chrono::seconds trial_left{};     ///< until the kernel drops it
    std::vector<std::string> generations;  ///< all that have chains, live or left behind
    std::vector<std::string> chains;       ///< all of them
};

/// One transaction that puts `generation` on trial for `within`; the confirmed one holds behind it.
[[nodiscard]] std::string nft_trial(const Model& model, std::string_view generation, const LiveTable& live,
                                    std::chrono::seconds within);
/// One transaction that makes the generation on trial the confirmed one and takes all others out. Fails if the trial is over.
[[nodiscard]] std::string nft_confirm(const LiveTable& live);

/// For a comment in any language: letters, digits and plain punctuation, at most `most` octets.
[[nodiscard]] std::string comment_text(std::string_view text, std::size_t most = 80);

}  // namespace postern::egress
