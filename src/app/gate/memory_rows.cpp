// SPDX-License-Identifier: Apache-2.0
#include "app/gate/memory_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

namespace postern::app {
namespace {

std::int64_t counted(std::uint64_t number) { return static_cast<std::int64_t>(number); }
std::uint64_t counting(std::int64_t number) { return number < 0 ? 0 : static_cast<std::uint64_t>(number); }

}  // namespace

std::string gate_file(const std::string& data_dir) { return data_dir + "/gate.sqlite"; }

store::LoginRow to_row(const policy::LoginSenders::Record& record) {
    store::LoginRow out{record.login, record.first_day, record.last_day, record.days, record.too_many, {}};
    for (const auto& one : record.addresses)
        out.addresses.push_back({one.address, one.first_day, one.last_day, one.days, one.declared});
    return out;
}

policy::LoginSenders::Record to_record(const store::LoginRow& row) {
    const auto days = [](std::int64_t number) { return static_cast<std::uint32_t>(counting(number)); };
    policy::LoginSenders::Record out{row.login, row.first_day, row.last_day, days(row.days), row.too_many, {}};
    for (const auto& one : row.addresses)
        out.addresses.push_back({one.address, one.first_day, one.last_day, days(one.days), one.declared});
    return out;
}

store::MasqueradeRow to_row(const policy::MasqueradePreview::Row& row) {
    return {row.from,
            row.to,
            row.domain,
            fmt::format("{}", fmt::join(row.places, " ")),
            counted(row.messages),
            counted(row.changed),
            counted(row.left_signed),
            row.first,
            row.last,
            row.who};
}

policy::MasqueradePreview::Row to_record(const store::MasqueradeRow& row) {
    policy::MasqueradePreview::Row out{
        row.from,  row.to,   row.domain, counting(row.messages), counting(row.changed), counting(row.left_signed), {},
        row.first, row.last, row.who};
    std::istringstream words(row.places);
    for (std::string word; words >> word;) out.places.insert(word);
    return out;
}

store::MasqueradeTotals to_row(const policy::MasqueradePreview::Totals& totals) {
    return {counted(totals.messages), counted(totals.touched), counted(totals.left_signed), counted(totals.dropped),
            totals.since};
}

policy::MasqueradePreview::Totals to_record(const store::MasqueradeTotals& totals) {
    return {counting(totals.messages), counting(totals.touched), counting(totals.left_signed), counting(totals.dropped),
            totals.since};
}

}  // namespace postern::app
