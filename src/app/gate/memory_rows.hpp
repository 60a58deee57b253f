// SPDX-License-Identifier: Apache-2.0
// What the gate learnt, between the words of policy and the rows of store. The file: "DATA_DIR/gate.sqlite".
#pragma once

#include "policy/login_senders.hpp"
#include "policy/masquerade_preview.hpp"
#include "store/login_rows.hpp"
#include "store/masquerade_rows.hpp"

namespace postern::app {

[[nodiscard]] std::string gate_file(const std::string& data_dir);

[[nodiscard]] store::LoginRow to_row(const policy::LoginSenders::Record& record);
[[nodiscard]] policy::LoginSenders::Record to_record(const store::LoginRow& row);
[[nodiscard]] store::MasqueradeRow to_row(const policy::MasqueradePreview::Row& row);
[[nodiscard]] policy::MasqueradePreview::Row to_record(const store::MasqueradeRow& row);
[[nodiscard]] store::MasqueradeTotals to_row(const policy::MasqueradePreview::Totals& totals);
[[nodiscard]] policy::MasqueradePreview::Totals to_record(const store::MasqueradeTotals& totals);

template <class Rows>
[[nodiscard]] auto to_rows(const Rows& records) {
    std::vector<decltype(to_row(*records.begin()))> out;
    for (const auto& one : records) out.push_back(to_row(one));
    return out;
}
template <class Rows>
[[nodiscard]] auto to_records(const Rows& rows) {
    std::vector<decltype(to_record(*rows.begin()))> out;
    for (const auto& one : rows) out.push_back(to_record(one));
    return out;
}

}  // namespace postern::app
