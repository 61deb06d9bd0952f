#include "wire/udp.h"

#include <gtest/gtest.h>

#include <array>

#include "wire/pseudo_header.h"

namespace tapstack::wire {
namespace {

// 49152 -> 53, "abc", from 10.10.10.2 to 10.10.10.1.
constexpr std::array<uint8_t, 11> kDatagram = {0xc0, 0x00, 0x00, 0x35, 0x00, 0x0b,
                                               0x53, 0x29, 'a',  'b',  'c'};

std::array<uint8_t, 11> with_length(uint16_t length) {
  auto bytes = kDatagram;
  bytes[4] = static_cast<uint8_t>(length / 256);
  bytes[5] = static_cast<uint8_t>(length % 256);
  return bytes;
}

TEST(UdpView, ReadsEveryField) {
  const auto view = UdpView::parse(kDatagram);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->source(), Port{49152});
  EXPECT_EQ(view->destination(), Port{53});
  EXPECT_EQ(view->length(), 11);
  EXPECT_EQ(view->data_bytes(), 3);
  EXPECT_EQ(view->checksum(), 0x5329);
  EXPECT_TRUE(view->has_checksum());
}

TEST(UdpView, ChecksumFieldZeroMeansNone) {
  auto bytes = kDatagram;
  bytes[6] = bytes[7] = 0;
  EXPECT_FALSE(UdpView::parse(bytes)->has_checksum());
}

TEST(UdpView, RefusesEveryTruncatedHeader) {
  for (size_t n = 0; n < 8; ++n) {
    const auto bytes = std::span(kDatagram).first(n);
    EXPECT_EQ(UdpView::check(bytes, n), UdpProblem::kTooShort) << n;
    EXPECT_FALSE(UdpView::parse_quoted(bytes)) << n;
  }
}

TEST(UdpView, RefusesALengthBelowTheHeader) {
  EXPECT_EQ(UdpView::check(with_length(7), 11), UdpProblem::kBadLength);
  EXPECT_EQ(UdpView::check(with_length(0), 11), UdpProblem::kBadLength);
  EXPECT_EQ(UdpView::check(with_length(8), 11), UdpProblem::kNone);
}

TEST(UdpView, RefusesALengthBeyondWhatIpDelivered) {
  EXPECT_EQ(UdpView::check(with_length(12), 11), UdpProblem::kBadLength);
  EXPECT_EQ(UdpView::check(with_length(11), 11), UdpProblem::kNone);
}

TEST(UdpView, AcceptsDataThatLiesElsewhere) {
  const auto bytes = with_length(60000);
  EXPECT_TRUE(UdpView::parse(std::span(bytes).first(8), 60000));
}

TEST(UdpView, AcceptsTrailingBytesThatTheLengthDoesNotCount) {
  EXPECT_EQ(UdpView::parse(with_length(9))->data_bytes(), 1);
}

TEST(UdpView, ReadsAQuoteWhoseDataIsCutOff) {
  const auto view = UdpView::parse_quoted(std::span(kDatagram).first(8));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->destination(), Port{53});
}

TEST(UdpEmit, WritesTheLiteralHeader) {
  auto out = kDatagram;
  std::fill_n(out.begin(), 8, uint8_t{0xee});
  emit(out, UdpHeader{Port{49152}, Port{53}, 11, 0x5329});
  EXPECT_EQ(out, kDatagram);
}

TEST(UdpEditor, ChangesLengthAndChecksumInPlace) {
  auto bytes = kDatagram;
  UdpEditor editor(bytes);
  editor.set_length(0x0123);
  editor.set_checksum(0x4567);
  const std::array<uint8_t, 11> expected = {0xc0, 0x00, 0x00, 0x35, 0x01, 0x23,
                                            0x45, 0x67, 'a',  'b',  'c'};
  EXPECT_EQ(bytes, expected);
}

TEST(UdpChecksum, ZeroIsSentAsAllOnes) {
  EXPECT_EQ(udp_checksum(0), 0xffff);
  EXPECT_EQ(udp_checksum(1), 1);
  EXPECT_EQ(udp_checksum(0xffff), 0xffff);
}

TEST(UdpChecksum, OfTheLiteralDatagramIsTheOneInItsHeader) {
  auto bytes = kDatagram;
  UdpEditor(bytes).set_checksum(0);
  ChecksumSum sum =
      pseudo_header_sum(Ip4Address::from(10, 10, 10, 2), Ip4Address::from(10, 10, 10, 1), 17, 11);
  sum.add(bytes);
  EXPECT_EQ(udp_checksum(sum.checksum()), 0x5329);
}

}  // namespace
}  // namespace tapstack::wire
