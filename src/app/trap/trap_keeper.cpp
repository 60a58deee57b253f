// SPDX-License-Identifier: Apache-2.0
#include "app/trap/trap_keeper.hpp"

#include "egress/offender_json.hpp"

#include <utility>

namespace postern::app {

std::string trap_file(const std::string& data_dir) { return data_dir + "/trap.sqlite"; }

std::string offender_document(const egress::Offender& offender, const egress::OffenderBook::Told& told) {
    json::object document = egress::to_json(offender);
    document["judgement"] = egress::to_json(egress::judge(offender));
    document["told_attempts"] = told.attempts;
    return json::serialize(document);
}

egress::OffenderBook::Told read_told(const json::value& document, std::optional<Instant> at) {
    egress::OffenderBook::Told out{.at = at};
    const json::value* count = document.is_object() ? document.get_object().if_contains("told_attempts") : nullptr;
    if (at && count != nullptr && count->is_int64() && count->get_int64() > 0)
        out.attempts = static_cast<std::uint64_t>(count->get_int64());
    return out;
}

TrapKeeper::TrapKeeper(store::OffenderRows rows, std::set<std::string> stored, std::chrono::milliseconds keep,
                       Hooks hooks)
    : rows_(std::move(rows)), hooks_(std::move(hooks)), keep_(keep), stored_(std::move(stored)), thread_([this] {
          run();
      }) {}

TrapKeeper::~TrapKeeper() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void TrapKeeper::save(std::vector<store::OffenderRow> rows, Instant now) {
    {
        const std::lock_guard lock(mutex_);
        for (store::OffenderRow& row : rows) {
            std::string address = row.address;
            removed_.erase(address);
            waiting_.insert_or_assign(std::move(address), std::move(row));
        }
        now_ = now;
        called_ = true;
    }
    wake_.notify_one();
}

void TrapKeeper::remove(const std::vector<std::string>& addresses) {
    const std::lock_guard lock(mutex_);
    for (const std::string& address : addresses) {
        waiting_.erase(address);
        if (stored_.contains(address)) removed_.insert(address);
    }
}

void TrapKeeper::keep_for(std::chrono::milliseconds keep) {
    const std::lock_guard lock(mutex_);
    keep_ = keep;
}

TrapKeeper::Work TrapKeeper::take_work() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return called_ || ending_; });
    called_ = false;
    Work out{.rows = std::exchange(waiting_, {}), .removed = std::exchange(removed_, {}), .last = ending_};
    if (now_ != Instant{}) out.before = now_ - keep_;
    for (const auto& [address, row] : out.rows) stored_.insert(address);
    return out;
}

Result<void> TrapKeeper::write(const Work& work) {
    std::vector<store::OffenderRow> rows;
    for (const auto& [address, row] : work.rows) rows.push_back(row);
    if (!rows.empty())
        if (auto saved = rows_.save(rows); !saved) return saved;
    for (const std::string& address : work.removed)
        if (auto removed = rows_.remove(address); !removed) return removed;
    if (auto expired = rows_.expire(work.before); !expired) return expired;
    const auto forgotten = rows_.take_forgotten();
    if (!forgotten) return std::unexpected(forgotten.error());
    for (const std::string& address : *forgotten) {
        if (auto removed = rows_.remove(address); !removed) return removed;
        hooks_.forget(address);
    }
    return {};
}

/// What came since is newer and stands.
void TrapKeeper::put_back(Work work) {
    const std::lock_guard lock(mutex_);
    for (auto& [address, row] : work.rows)
        if (!removed_.contains(address)) waiting_.try_emplace(address, std::move(row));
    for (const std::string& address : work.removed)
        if (!waiting_.contains(address)) removed_.insert(address);
}

void TrapKeeper::report(const Result<void>& written) {
    if (written.has_value() != failing_) return;  // as before
    failing_ = !written;
    hooks_.fault(written ? std::string() : written.error().message);
}

void TrapKeeper::run() {
    for (;;) {
        Work work = take_work();
        const bool last = work.last;
        const auto written = write(work);
        report(written);
        if (last) return;
        if (!written) {
            put_back(std::move(work));
            continue;
        }
        const std::lock_guard lock(mutex_);
        for (const std::string& address : work.removed)
            if (!waiting_.contains(address)) stored_.erase(address);
    }
}

}  // namespace postern::app
