// SPDX-License-Identifier: Apache-2.0
#include "app/trap/trap_keeper.hpp"

#include "egress/offender_json.hpp"

#include <utility>

namespace postern::app {

std::string trap_file(const std::string& data_dir) { return data_dir + "/trap.sqlite"; }

std::string offender_document(const egress::Offender& offender) {
    json::object document = egress::to_json(offender);
    document["judgement"] = egress::to_json(egress::judge(offender));
    return json::serialize(document);
}

TrapKeeper::TrapKeeper(store::OffenderRows rows, std::chrono::milliseconds keep,
                       std::function<void(std::string)> forget)
    : rows_(std::move(rows)), keep_(keep), forget_(std::move(forget)), thread_([this] { run(); }) {}

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
            waiting_.insert_or_assign(std::move(address), std::move(row));
        }
        now_ = now;
        called_ = true;
    }
    wake_.notify_one();
}

void TrapKeeper::remove(const std::vector<std::string>& addresses) {
    const std::lock_guard lock(mutex_);
    for (const std::string& address : addresses) waiting_.erase(address);
    removed_.insert(removed_.end(), addresses.begin(), addresses.end());
}

void TrapKeeper::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [&] { return called_ || ending_; });
        std::vector<store::OffenderRow> rows;
        for (auto& [address, row] : std::exchange(waiting_, {})) rows.push_back(std::move(row));
        const std::vector<std::string> removed = std::exchange(removed_, {});
        const Instant now = now_;
        const bool last = ending_;
        called_ = false;
        lock.unlock();
        // What cannot be written is written again with the offender's next change; the daemon's log of events tells of disks that fail.
        if (!rows.empty()) (void)rows_.save(rows);
        for (const std::string& address : removed) (void)rows_.remove(address);
        if (now != Instant{}) (void)rows_.expire(now - keep_);
        if (const auto forgotten = rows_.take_forgotten())
            for (const std::string& address : *forgotten) {
                (void)rows_.remove(address);
                forget_(address);
            }
        if (last) return;
        lock.lock();
    }
}

}  // namespace postern::app
