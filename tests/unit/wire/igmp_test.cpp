#include "wire/igmp.h"

#include <gtest/gtest.h>

#include <vector>

namespace tapstack::wire {
namespace {

TEST(Igmp, EmitsAReportOfVersion2) {
  std::vector<uint8_t> bytes(8);
  emit_igmp(bytes, IgmpType::kReport2, Ip4Address::from(239, 1, 2, 3));
  EXPECT_EQ(bytes, (std::vector<uint8_t>{0x16, 0, 0xf8, 0xfa, 239, 1, 2, 3}));
  EXPECT_TRUE(IgmpView::parse(bytes)->is_checksum_good());
}

TEST(Igmp, ReadsAQueryOfVersion3) {
  const std::vector<uint8_t> bytes{0x11, 100,  0, 0, 239, 1, 2, 3,  //
                                   0x0a, 0x8c, 0, 2, 10,  0, 0, 1, 10, 0, 0, 2};
  const auto igmp = IgmpView::parse(bytes);
  ASSERT_TRUE(igmp);
  EXPECT_TRUE(igmp->is_query3());
  EXPECT_EQ(igmp->robustness(), 2);
  EXPECT_EQ(igmp->interval_s(), 224u);
  ASSERT_EQ(igmp->source_count(), 2u);
  EXPECT_EQ(igmp->source(1), Ip4Address::from(10, 0, 0, 2));
}

TEST(Igmp, CountsTheSourcesThatAreThere) {
  const std::vector<uint8_t> bytes{0x11, 1, 0, 0, 239, 1, 2, 3, 0, 0, 0, 9, 10, 0, 0, 1};
  EXPECT_EQ(IgmpView::parse(bytes)->source_count(), 1u);
}

// RFC 3376 7.1: the length tells the version.
TEST(Igmp, LengthTellsTheVersionOfAQuery) {
  std::vector<uint8_t> bytes(8);
  EXPECT_FALSE(IgmpView::parse(bytes)->is_query3());
  EXPECT_FALSE(IgmpView::parse(bytes)->is_bad_length());
  bytes.resize(11);
  EXPECT_TRUE(IgmpView::parse(bytes)->is_bad_length());
  bytes.resize(7);
  EXPECT_FALSE(IgmpView::parse(bytes));
}

}  // namespace
}  // namespace tapstack::wire
