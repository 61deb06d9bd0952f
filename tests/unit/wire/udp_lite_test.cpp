#include "wire/udp_lite.h"

#include <gtest/gtest.h>

#include <array>

namespace tapstack::wire {
namespace {

// 49152 -> 53, "abc", of which the header is covered.
constexpr std::array<uint8_t, 11> kLiteDatagram = {0xc0, 0x00, 0x00, 0x35, 0x00, 0x08,
                                                   0x12, 0x34, 'a',  'b',  'c'};

std::array<uint8_t, 11> with_coverage(uint8_t coverage) {
  auto bytes = kLiteDatagram;
  bytes[5] = coverage;
  return bytes;
}

TEST(UdpLiteView, ReadsEveryField) {
  const auto view = UdpLiteView::parse(kLiteDatagram, kLiteDatagram.size());
  ASSERT_TRUE(view);
  EXPECT_EQ(view->source(), Port{49152});
  EXPECT_EQ(view->destination(), Port{53});
  EXPECT_EQ(view->coverage_bytes(), 8);
}

TEST(UdpLiteView, RefusesEveryTruncatedHeader) {
  for (size_t n = 0; n < 8; ++n) {
    const auto bytes = std::span(kLiteDatagram).first(n);
    EXPECT_EQ(UdpLiteView::check(bytes, n), UdpLiteProblem::kTooShort) << n;
  }
}

// RFC 3828 3.1: "A UDP-Lite packet with a Checksum Coverage value of 1 to 7 MUST be discarded".
TEST(UdpLiteView, RefusesACoverageThatLeavesPartOfTheHeaderOut) {
  EXPECT_EQ(UdpLiteView::check(with_coverage(1), 11), UdpLiteProblem::kBadCoverage);
  EXPECT_EQ(UdpLiteView::check(with_coverage(7), 11), UdpLiteProblem::kBadCoverage);
  EXPECT_EQ(UdpLiteView::check(with_coverage(8), 11), UdpLiteProblem::kNone);
}

TEST(UdpLiteView, TakesACoverageOfZeroForAll) {
  EXPECT_EQ(UdpLiteView::check(with_coverage(0), 11), UdpLiteProblem::kNone);
}

// "packets with a Checksum Coverage greater than the IP length MUST also be discarded"
TEST(UdpLiteView, RefusesACoverageBeyondWhatIpDelivered) {
  EXPECT_EQ(UdpLiteView::check(with_coverage(11), 11), UdpLiteProblem::kNone);
  EXPECT_EQ(UdpLiteView::check(with_coverage(12), 11), UdpLiteProblem::kBadCoverage);
}

TEST(UdpLiteView, RefusesAHeaderWithoutChecksum) {
  auto bytes = kLiteDatagram;
  bytes[6] = bytes[7] = 0;
  EXPECT_EQ(UdpLiteView::check(bytes, 11), UdpLiteProblem::kNoChecksum);
  EXPECT_FALSE(UdpLiteView::parse(bytes, 11));
}

}  // namespace
}  // namespace tapstack::wire
