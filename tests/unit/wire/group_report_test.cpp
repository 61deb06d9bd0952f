#include "wire/group_report.h"

#include <gtest/gtest.h>

#include <vector>

namespace tapstack::wire {
namespace {

const Ip4Address kGroup = Ip4Address::from(239, 1, 2, 3);

std::vector<uint8_t> bytes_of(const GroupReportWriter& writer) {
  return {writer.bytes().begin(), writer.bytes().end()};
}

TEST(GroupTime, IsLinearBelowTheTopBitAndFloatingAbove) {
  EXPECT_EQ(decode_group_time8(100), 100u);
  EXPECT_EQ(decode_group_time8(0x80), 128u);
  EXPECT_EQ(decode_group_time8(0xff), 31744u);  // RFC 3376 4.1.1
  EXPECT_EQ(decode_group_time16(32767), 32767u);
  EXPECT_EQ(decode_group_time16(0x8000), 32768u);
  EXPECT_EQ(decode_group_time16(0xffff), 8387584u);  // RFC 3810 5.1.3
}

TEST(GroupReport, HasTheLayoutOfRfc3376) {
  GroupReportWriter writer(0x22, 4);
  EXPECT_TRUE(writer.is_empty());
  ASSERT_TRUE(writer.begin_record(GroupRecordType::kChangeToExclude, kGroup));
  ASSERT_TRUE(writer.begin_record(GroupRecordType::kAllowNewSources, kGroup));
  ASSERT_TRUE(writer.add_source(Ip4Address::from(10, 0, 0, 1)));
  EXPECT_EQ(bytes_of(writer), (std::vector<uint8_t>{0x22, 0, 0, 0, 0,   0, 0, 2,  //
                                                    4,    0, 0, 0, 239, 1, 2, 3,  //
                                                    5,    0, 0, 1, 239, 1, 2, 3, 10, 0, 0, 1}));
}

TEST(GroupReport, RefusesWhatDoesNotFit) {
  GroupReportWriter writer(143, 16);
  ASSERT_TRUE(writer.begin_record(GroupRecordType::kModeIsInclude, Ip6Address::all_routers()));
  int added = 0;
  while (writer.add_source(Ip6Address::loopback())) ++added;
  EXPECT_EQ(added, 30);  // 8 + 20 + 30 * 16 of 512
  EXPECT_FALSE(writer.begin_record(GroupRecordType::kModeIsInclude, Ip6Address::all_routers()));
  EXPECT_EQ(writer.bytes()[8 + 3], 30);
}

}  // namespace
}  // namespace tapstack::wire
