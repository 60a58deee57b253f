// SPDX-License-Identifier: Apache-2.0
#include "policy/masquerade_preview.hpp"

#include "base/contains.hpp"
#include "identity/digest.hpp"

#include <algorithm>

namespace postern::policy {

void MasqueradePreview::make_room() {
    if (rows_.size() < max_rows) return;
    const auto silent = std::ranges::min_element(rows_, {}, [](const auto& one) { return one.second.last; });
    changed_.insert(silent->first);
    rows_.erase(silent);
    ++totals_.dropped;
}

void MasqueradePreview::see(const MasqueradeSight& sight, const MasqueradeDomains& domains, std::string_view who,
                            Instant now) {
    any_ = true;
    if (totals_.messages++ == 0) totals_.since = now;
    if (sight.rewrites.empty()) return;
    ++totals_.touched;
    if (sight.is_signed) ++totals_.left_signed;
    std::set<Key> counted;  // an address in envelope and From is one message
    for (const Rewrite& one : sight.rewrites) {
        Key key{one.from, one.to};
        if (!rows_.contains(key)) make_room();
        Row& row = rows_[key];
        if (row.messages == 0) {
            row.from = one.from;
            row.to = one.to;
            row.domain = one.domain.text();
            row.first = now;
        }
        row.places.emplace(one.place);
        row.last = now;
        row.who.assign(who.substr(0, 256));
        changed_.insert(key);
        if (!counted.insert(std::move(key)).second) continue;
        ++row.messages;
        if (sight.is_signed) ++row.left_signed;
        else if (domains.is_confirmed(one.domain)) ++row.changed;
    }
}

std::vector<MasqueradePreview::Row> MasqueradePreview::rows() const {
    std::vector<Row> out;
    for (const auto& [key, row] : rows_) out.push_back(row);
    return out;
}

void MasqueradePreview::restore(std::vector<Row> rows, Totals totals) {
    totals_ = totals;
    for (Row& row : rows) {
        if (rows_.size() >= max_rows) return;
        Key key{row.from, row.to};
        rows_.insert_or_assign(std::move(key), std::move(row));
    }
}

MasqueradePreview::Changed MasqueradePreview::take_changed() {
    Changed out;
    out.any = std::exchange(any_, false);
    out.totals = totals_;
    for (const Key& key : std::exchange(changed_, {})) {
        const auto found = rows_.find(key);
        if (found == rows_.end()) out.gone.push_back(key);
        else out.rows.push_back(found->second);
    }
    return out;
}

void MasqueradePreview::not_written(const Changed& changed) {
    any_ = any_ || changed.any;
    for (const Row& row : changed.rows) changed_.emplace(row.from, row.to);
    changed_.insert(changed.gone.begin(), changed.gone.end());
}

std::string masquerade_digest(std::vector<std::string> domains, const std::vector<MasqueradePreview::Row>& rows) {
    std::ranges::sort(domains);
    std::set<std::string> lines;
    for (const MasqueradePreview::Row& row : rows)
        if (row.messages > row.left_signed && contains(domains, row.domain))
            lines.insert(row.from + '\0' + row.to + '\0');
    std::string text = "masquerade 1\n";
    for (const std::string& domain : domains) text += domain + '\n';
    for (const std::string& line : lines) text += line;
    return identity::sha256_hex(text, 8);
}

}  // namespace postern::policy
