// SPDX-License-Identifier: Apache-2.0
#include "app/gate/memory_keeper.hpp"

#include "app/gate/memory_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace postern::app {
namespace {

constexpr auto pause = std::chrono::seconds(1);

std::vector<gate::LoginWish> wishes_of(const std::vector<store::LoginWishRow>& rows) {
    using What = gate::LoginWish::What;
    std::vector<gate::LoginWish> out;
    for (const store::LoginWishRow& row : rows)
        out.push_back({row.what == "forget" ? What::forget : What::allow, row.login, row.address, row.day});
    return out;
}

}  // namespace

Result<std::unique_ptr<MemoryKeeper>> MemoryKeeper::open(const std::string& path, gate::GateMemory& memory, Log log) {
    auto logins = store::LoginRows::open(path);
    if (!logins) return std::unexpected(logins.error());
    auto masquerade = store::MasqueradeRows::open(path);
    if (!masquerade) return std::unexpected(masquerade.error());
    std::unique_ptr<MemoryKeeper> keeper(
        new MemoryKeeper(*std::move(logins), *std::move(masquerade), memory, std::move(log)));
    if (auto restored = keeper->restore(); !restored) return std::unexpected(restored.error());
    keeper->thread_ = std::thread([&self = *keeper] { self.run(); });
    return keeper;
}

MemoryKeeper::~MemoryKeeper() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

Result<void> MemoryKeeper::restore() {
    const auto logins = logins_.load();
    if (!logins) return std::unexpected(logins.error());
    const auto rows = masquerade_.load();
    if (!rows) return std::unexpected(rows.error());
    const auto totals = masquerade_.totals();
    if (!totals) return std::unexpected(totals.error());
    memory_.restore(to_records(*logins), to_records(*rows), to_record(*totals));
    return read_confirmed();
}

Result<void> MemoryKeeper::read_confirmed() {
    const auto rows = masquerade_.confirmed();
    if (!rows) return std::unexpected(rows.error());
    std::vector<std::string> names;
    for (const store::MasqueradeConfirmation& one : *rows) names.push_back(one.domain);
    if (!memory_.confirm(policy::MasqueradeDomains::parse(names))) return {};
    log_(names.empty() ? std::string("gate: the masquerade was taken back: nothing is changed any more")
                       : fmt::format("gate: the masquerade of {} is confirmed", fmt::join(names, ", ")));
    return {};
}

Result<void> MemoryKeeper::write() {
    const auto waiting = logins_.has_wishes();
    if (!waiting) return std::unexpected(waiting.error());
    if (!*waiting && !memory_.has_changes()) return {};
    gate::GateMemory::Changed changed;
    auto written = logins_.write([&](const std::vector<store::LoginWishRow>& wishes) {
        memory_.apply(wishes_of(wishes));
        changed = memory_.take_changed();
        return store::LoginRows::Changes{to_rows(changed.logins.records), changed.logins.gone};
    });
    if (written && changed.masquerade.any)
        written = masquerade_.save(to_rows(changed.masquerade.rows), changed.masquerade.gone,
                                   to_row(changed.masquerade.totals));
    if (!written) memory_.not_written(changed);
    return written;
}

void MemoryKeeper::look() {
    auto done = write();
    if (done) done = read_confirmed();
    const std::string fault = done ? "" : done.error().message;
    // Mail goes on: what was learnt waits in memory, and the next look tries again.
    if (fault != fault_ && !fault.empty()) log_("gate: what was learnt cannot be written: " + fault);
    fault_ = fault;
}

void MemoryKeeper::run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
        wake_.wait_for(lock, pause, [&] { return ending_; });
        lock.unlock();
        look();
        lock.lock();
    }
}

}  // namespace postern::app
