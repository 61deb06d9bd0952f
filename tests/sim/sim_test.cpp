#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "tests/sim/scenario.h"

namespace tapstack::sim {
namespace {

constexpr uint64_t kSeeds = 1'000;
constexpr uint64_t kSeedsTwice = 20;

// TAPSTACK_SIM_SEEDS, or kSeeds; `sim --seed=N --count=M` runs others.
uint64_t seeds() {
  const char* text = std::getenv("TAPSTACK_SIM_SEEDS");
  return text == nullptr ? kSeeds : std::strtoull(text, nullptr, 0);
}

TEST(Simulation, EverySeedDeliversAllBytesInOrderAndLeavesNothingBehind) {
  uint64_t frames = 0;
  int conversations = 0;
  int timed_out = 0;
  int unreachable = 0;
  for (uint64_t seed = 1; seed <= seeds(); ++seed) {
    const RunResult result = run_seed(seed);
    EXPECT_EQ(result.problem, "") << "seed " << seed << ": " << result.settings
                                  << "\nreplay with: sim --seed=" << seed << " --trace";
    frames += result.frames;
    conversations += result.conversations;
    timed_out += result.timed_out;
    unreachable += result.unreachable;
  }
  std::printf("%llu seeds, %d conversations, %llu frames, %d time-outs, %d unreachable\n",
              static_cast<unsigned long long>(seeds()), conversations,
              static_cast<unsigned long long>(frames), timed_out, unreachable);
  // What loss explains is rarer than this; see scenario.cpp.
  EXPECT_LE(timed_out, conversations / 1000);
  EXPECT_LE(unreachable, conversations / 100);
}

TEST(Simulation, TheSameSeedGivesTheSameTrace) {
  for (uint64_t seed = 1; seed <= kSeedsTwice; ++seed) {
    EXPECT_EQ(run_seed(seed).hash, run_seed(seed).hash) << "seed " << seed;
  }
}

TEST(Simulation, DifferentSeedsGiveDifferentTraces) {
  EXPECT_NE(run_seed(1).hash, run_seed(2).hash);
}

}  // namespace
}  // namespace tapstack::sim
