#include "util/counters.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>
#include <type_traits>

namespace tapstack {
namespace {

static_assert(std::is_trivially_copyable_v<Counters>);

TEST(Counters, BeginAtZero) {
  const Counters counters;
  for (size_t n = 0; n < Counters::kCount; ++n) EXPECT_EQ(counters.value_at(n), 0u);
}

TEST(Counters, ADropCountsItsReasonOnly) {
  Counters counters;
  counters.drop(DropReason::kIp4BadChecksum);
  EXPECT_EQ(counters.value(DropReason::kIp4BadChecksum), 1u);
  EXPECT_EQ(counters.value(DropReason::kIpBadVersion), 0u);
}

TEST(Counters, CountAddsAndUncountTakesAway) {
  Counters counters;
  counters.count(Mib::kTcpCurrEstab, 5);
  counters.uncount(Mib::kTcpCurrEstab);
  EXPECT_EQ(counters.value(Mib::kTcpCurrEstab), 4u);
}

TEST(Counters, NamesAreThoseThatUsersSee) {
  EXPECT_STREQ(name(DropReason::kIp4BadChecksum), "drop.ip4_bad_checksum");
  EXPECT_STREQ(name(Mib::kIpInReceives), "IpInReceives");
}

TEST(Counters, EveryNameIsThereOnce) {
  std::set<std::string> names;
  for (size_t n = 0; n < Counters::kCount; ++n) {
    EXPECT_TRUE(names.insert(Counters::name_at(n)).second) << Counters::name_at(n);
  }
}

TEST(Counters, TheListHoldsMibsThenDrops) {
  Counters counters;
  counters.count(Mib::kIpInReceives, 3);
  counters.drop(DropReason::kMemoryNoBlock);
  EXPECT_EQ(counters.value_at(0), 3u);
  EXPECT_STREQ(Counters::name_at(0), "IpInReceives");
  EXPECT_EQ(counters.value_at(kMibs), 1u);
  EXPECT_STREQ(Counters::name_at(kMibs), "drop.memory_no_block");
}

}  // namespace
}  // namespace tapstack
