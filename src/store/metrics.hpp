// SPDX-License-Identifier: Apache-2.0
// Counters and gauges of a process, and their text for Prometheus (exposition format 0.0.4).
//
// A series is found once, by whoever counts, and kept as a reference: counting is one atomic addition on any thread. Label values
// come from our own tables only; a peer cannot make a series.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace postern::store {

/// One series. Any thread.
class Series {
public:
    void add(std::int64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
    void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_ = 0;
};

class Metrics {
public:
    using Labels = std::vector<std::pair<std::string, std::string>>;

    /// `name` as Prometheus wants it: "postern_gate_messages_total". `help` is said once. The reference holds as long as this does.
    Series& counter(const std::string& name, const std::string& help, const Labels& labels = {}) {
        return series(name, "counter", help, labels);
    }
    Series& gauge(const std::string& name, const std::string& help, const Labels& labels = {}) {
        return series(name, "gauge", help, labels);
    }
    [[nodiscard]] std::string to_prometheus() const;

private:
    struct Family {
        std::string type, help;
        std::map<std::string, Series*> by_labels;
    };
    Series& series(const std::string& name, const char* type, const std::string& help, const Labels& labels);

    mutable std::mutex mutex_;
    std::map<std::string, Family> families_;  // guarded by mutex_
    std::deque<Series> all_;                  // likewise; a deque: references hold
};

}  // namespace postern::store
