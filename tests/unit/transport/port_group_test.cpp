#include "transport/port_group.h"

#include <gtest/gtest.h>

#include <array>

namespace tapstack::transport {
namespace {

constexpr uint32_t kFlows = 4000;
constexpr uint32_t kMembers = 4;

uint32_t chosen(uint32_t flow, uint32_t without = kMembers) {
  uint32_t best = kMembers;
  for (uint32_t member = 0; member < kMembers; ++member) {
    if (member == without) continue;
    if (best == kMembers || group_rank(flow, member) > group_rank(flow, best)) best = member;
  }
  return best;
}

TEST(PortGroup, EveryMemberGetsItsShare) {
  std::array<uint32_t, kMembers> flows{};
  for (uint32_t flow = 0; flow < kFlows; ++flow) ++flows[chosen(flow)];
  for (const uint32_t n : flows) {
    EXPECT_GT(n, kFlows / kMembers * 9 / 10);
    EXPECT_LT(n, kFlows / kMembers * 11 / 10);
  }
}

TEST(PortGroup, WhenAMemberGoesOnlyItsFlowsMove) {
  std::array<uint32_t, kMembers> moved{};
  for (uint32_t flow = 0; flow < kFlows; ++flow) {
    const uint32_t before = chosen(flow);
    const uint32_t after = chosen(flow, 2);
    if (before == 2) {
      ++moved[after];
    } else {
      EXPECT_EQ(after, before);
    }
  }
  for (const uint32_t to : {0u, 1u, 3u}) EXPECT_GT(moved[to], kFlows / kMembers / 4);
}

}  // namespace
}  // namespace tapstack::transport
