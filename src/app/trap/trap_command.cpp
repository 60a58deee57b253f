// SPDX-License-Identifier: Apache-2.0
#include "app/trap/trap_command.hpp"

#include "app/cli/shared_options.hpp"
#include "app/trap/trap_keeper.hpp"
#include "base/json.hpp"
#include "egress/offender_json.hpp"
#include "store/event_log.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>

namespace postern::app {
namespace {

constexpr std::size_t most_shown = 4'096;

void write(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

bool wants_json(const Invocation& invocation) { return invocation.value("--format").value_or("text") == "json"; }

Result<std::string> data_dir(const Invocation& invocation) {
    const auto config = read_config(invocation);
    if (!config) return std::unexpected(config.error());
    std::string out = data_directory(invocation, *config);
    if (access(trap_file(out).c_str(), F_OK) != 0)
        return fail(
            "trap.no_record",
            fmt::format("there is no {}: no trap has run there (--data-dir names another place)", trap_file(out)));
    return out;
}

Result<std::vector<egress::Offender>> read_offenders_in(const std::string& folder) {
    auto rows = store::OffenderRows::open(trap_file(folder));
    if (!rows) return std::unexpected(rows.error());
    const auto all = rows->load(most_shown);
    if (!all) return std::unexpected(all.error());
    std::vector<egress::Offender> out;
    for (const store::OffenderRow& row : *all) {
        const auto document = json::parse(row.document);
        if (auto offender = document ? egress::read_offender(*document) : std::unexpected(document.error()))
            out.push_back(*std::move(offender));
    }
    return out;
}

Result<std::vector<egress::Offender>> read_offenders(const Invocation& invocation) {
    const auto folder = data_dir(invocation);
    if (!folder) return std::unexpected(folder.error());
    return read_offenders_in(*folder);
}

json::object with_judgement(const egress::Offender& offender) {
    json::object out = egress::to_json(offender);
    out["judgement"] = egress::to_json(egress::judge(offender));
    return out;
}

json::object list_document(const std::vector<egress::Offender>& offenders) {
    json::array all;
    for (const egress::Offender& offender : offenders) all.push_back(with_judgement(offender));
    return {{"offenders", std::move(all)}};
}

Result<IpAddress> read_address(const Invocation& invocation) {
    if (invocation.words().size() != 1) return fail("usage", "one ADDRESS is needed, as postern trap list shows it");
    return IpAddress::parse(invocation.words().front());
}

}  // namespace

std::optional<std::string> trap_document(const std::string& data_dir) {
    if (data_dir.empty() || access(trap_file(data_dir).c_str(), R_OK) != 0) return std::nullopt;
    const auto offenders = read_offenders_in(data_dir);
    if (!offenders) return std::nullopt;
    return json::serialize(list_document(*offenders));
}

Exit run_trap_list(const Invocation& invocation) {
    const auto offenders = read_offenders(invocation);
    if (!offenders) return refuse(offenders.error().message);
    write(wants_json(invocation) ? json::pretty(list_document(*offenders)) + "\n" : offender_lines(*offenders));
    return offenders->empty() ? Exit::well : Exit::found;
}

Exit run_trap_show(const Invocation& invocation) {
    const auto address = read_address(invocation);
    if (!address) return refuse(address.error().message);
    const auto offenders = read_offenders(invocation);
    if (!offenders) return refuse(offenders.error().message);
    for (const egress::Offender& offender : *offenders)
        if (offender.address == *address || offender.has(*address)) {
            write(wants_json(invocation) ? json::pretty(with_judgement(offender)) + "\n" : offender_page(offender));
            return Exit::found;
        }
    write(wants_json(invocation) ? "null\n" : fmt::format("{} is not on record.\n", address->to_string()));
    return Exit::well;
}

Exit run_trap_forget(const Invocation& invocation) {
    const auto address = read_address(invocation);
    if (!address) return refuse(address.error().message);
    const auto folder = data_dir(invocation);
    if (!folder) return refuse(folder.error().message);
    const auto offenders = read_offenders_in(*folder);
    if (!offenders) return refuse(offenders.error().message);
    auto rows = store::OffenderRows::open(trap_file(*folder));
    if (!rows) return refuse(rows.error().message);
    auto events = store::EventReader::open(*folder + "/events.sqlite");
    if (!events) return refuse(events.error().message);
    // A machine has several addresses and one record: the wish names the record's.
    egress::Offender meant;
    meant.address = *address;
    for (const egress::Offender& offender : *offenders)
        if (offender.address == *address || offender.has(*address)) meant = offender;
    if (!meant.has(meant.address)) meant.addresses.push_back(meant.address);
    const auto forgotten = rows->forget(meant.address.to_string());
    if (!forgotten) return refuse(forgotten.error().message);
    std::int64_t events_removed = 0;
    for (const IpAddress& ip : meant.addresses) {
        const auto removed = events->forget({.kind_prefix = "trap.", .ip = ip.to_string()});
        if (!removed) return refuse(removed.error().message);
        events_removed += *removed;
    }
    write(fmt::format("{}: {}, {} events removed\n", address->to_string(),
                      *forgotten ? "forgotten" : "was not on record", events_removed));
    return Exit::well;
}

}  // namespace postern::app
