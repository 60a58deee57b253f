// SPDX-License-Identifier: Apache-2.0
#include "store/metrics.hpp"

#include <gtest/gtest.h>

namespace postern::store {
namespace {

TEST(Metrics, are_written_as_prometheus_reads_them) {
    Metrics metrics;
    metrics.counter("postern_b_total", "Lines with a \\ and\na break", {{"verdict", "a\"b"}}).add(2);
    metrics.gauge("postern_a", "Now").set(-1);
    EXPECT_EQ(metrics.to_prometheus(),
              "# HELP postern_a Now\n# TYPE postern_a gauge\npostern_a -1\n"
              "# HELP postern_b_total Lines with a \\\\ and\\na break\n# TYPE postern_b_total counter\n"
              "postern_b_total{verdict=\"a\\\"b\"} 2\n");
}

TEST(Metrics, the_same_labels_are_the_same_series) {
    Metrics metrics;
    Series& first = metrics.counter("x_total", "x", {{"a", "1"}});
    Series& other = metrics.counter("x_total", "x", {{"a", "2"}});
    Series& again = metrics.counter("x_total", "x", {{"a", "1"}});
    EXPECT_EQ(&first, &again);
    EXPECT_NE(&first, &other);
}

}  // namespace
}  // namespace postern::store
