#include "wire/mld.h"

#include <gtest/gtest.h>

#include <vector>

namespace tapstack::wire {
namespace {

const Ip6Address kGroup6 = Ip6Address::from(0xff05, 0, 0, 0, 0, 0, 0, 7);

TEST(Mld, EmitsDoneOfVersion1) {
  std::vector<uint8_t> bytes(24, 0xee);
  emit_mld(bytes, MldType::kDone, kGroup6);
  set_mld_checksum(bytes, 0x1234);
  const std::vector<uint8_t> front(bytes.begin(), bytes.begin() + 10);
  EXPECT_EQ(front, (std::vector<uint8_t>{132, 0, 0x12, 0x34, 0, 0, 0, 0, 0xff, 5}));
  EXPECT_EQ(MldView::parse(bytes)->group(), kGroup6);
}

TEST(Mld, ReadsAQueryOfVersion2) {
  std::vector<uint8_t> bytes(44);
  emit_mld(bytes, MldType::kQuery, kGroup6);
  bytes[4] = 0x27, bytes[5] = 0x10;
  bytes[24] = 3, bytes[25] = 125, bytes[27] = 1;
  bytes[28] = 0x20, bytes[43] = 9;
  const auto mld = MldView::parse(bytes);
  ASSERT_TRUE(mld && mld->is_query2());
  EXPECT_EQ(mld->max_response_code(), 10'000);
  EXPECT_EQ(mld->robustness(), 3);
  EXPECT_EQ(mld->interval_s(), 125u);
  ASSERT_EQ(mld->source_count(), 1u);
  EXPECT_EQ(mld->source(0), Ip6Address::from(0x2000, 0, 0, 0, 0, 0, 0, 9));
}

// RFC 3810 8.1: the length tells the version.
TEST(Mld, LengthTellsTheVersionOfAQuery) {
  std::vector<uint8_t> bytes(24);
  EXPECT_FALSE(MldView::parse(bytes)->is_query2());
  EXPECT_FALSE(MldView::parse(bytes)->is_bad_length());
  bytes.resize(27);
  EXPECT_TRUE(MldView::parse(bytes)->is_bad_length());
  bytes.resize(23);
  EXPECT_FALSE(MldView::parse(bytes));
}

}  // namespace
}  // namespace tapstack::wire
