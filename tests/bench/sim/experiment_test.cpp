// A few cells of the grid as invariants: what must hold whatever the tuning.
#include "tests/bench/sim/experiment.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/bench/sim/transfer.h"

namespace tapstack::bench {
namespace {

Cell cell_of(const std::string& algorithm, int64_t mbit, int64_t round_trip_ms) {
  Cell cell;
  cell.rate_bits_per_second = mbit * kMbit;
  cell.round_trip = Duration::ms(round_trip_ms);
  cell.duration = Duration::s(10);
  cell.algorithms = {algorithm};
  return cell;
}

class EveryAlgorithm : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Experiment, EveryAlgorithm, testing::ValuesIn(algorithms()),
                         [](const auto& about) { return about.param; });

TEST_P(EveryAlgorithm, FillsAPathWithAQueueOfItsProduct) {
  for (const int64_t round_trip_ms : {1, 50}) {
    const Outcome outcome = run(cell_of(GetParam(), 20, round_trip_ms));
    EXPECT_GE(outcome.utilisation, 0.9) << round_trip_ms << " ms";
    EXPECT_LE(outcome.utilisation, 1.02) << round_trip_ms << " ms";
    EXPECT_EQ(outcome.problem, "");
  }
}

TEST_P(EveryAlgorithm, KeepsHalfOfAPathWithAShortQueue) {
  Cell cell = cell_of(GetParam(), 20, 20);
  cell.buffer_bdps = 0.3;
  EXPECT_GE(run(cell).utilisation, 0.5);
}

// lwIP sends 1.5 Mbit/s here, Reno's response function says 5.7.
TEST_P(EveryAlgorithm, DoesNotCollapseAtOnePercentOfLoss) {
  Cell cell = cell_of(GetParam(), 100, 20);
  cell.loss = 0.01;
  cell.duration = Duration::s(60);
  EXPECT_GE(run(cell).goodput_bits_per_second[0], 4e6);
}

TEST_P(EveryAlgorithm, TwoFlowsOfItShareAPath) {
  Cell cell = cell_of(GetParam(), 20, 20);
  cell.algorithms = {GetParam(), GetParam()};
  cell.stagger = Duration::s(2);
  cell.duration = Duration::s(40);
  const Outcome outcome = run(cell);
  EXPECT_GE(outcome.jain_index, 0.85);
  EXPECT_GE(outcome.utilisation, 0.9);
}

TEST_P(EveryAlgorithm, TheSameSeedGivesTheSameFigures) {
  Cell cell = cell_of(GetParam(), 10, 30);
  cell.loss = 0.002;
  cell.reorder = 0.01;
  cell.reorder_delay = Duration::ms(4);
  const Outcome first = run(cell);
  const Outcome second = run(cell);
  EXPECT_EQ(first.goodput_bits_per_second, second.goodput_bits_per_second);
  EXPECT_EQ(first.retransmitted, second.retransmitted);
}

TEST(Experiment, AQueueHoldsItsShareOfTheProductButTenPacketsAtLeast) {
  Cell cell = cell_of("reno", 100, 40);
  EXPECT_EQ(bdp_bytes(cell), 500'000);
  cell.buffer_bdps = 0.5;
  EXPECT_EQ(queue_bytes(cell), 250'000);
  cell.buffer_bdps = 0.001;
  EXPECT_EQ(queue_bytes(cell), 15'140);
}

}  // namespace
}  // namespace tapstack::bench
