#include "wire/ip4.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace tapstack::wire {
namespace {

// The header of an echo request of 84 bytes from 10.10.10.2 to 10.10.10.1.
constexpr std::array<uint8_t, 20> kHeader = {0x45, 0x00, 0x00, 0x54, 0x1a, 0x2b, 0x40,
                                             0x00, 0x40, 0x01, 0xf8, 0x67, 10,   10,
                                             10,   2,    10,   10,   10,   1};

// The last fragment of a UDP datagram, with a router alert option.
constexpr std::array<uint8_t, 24> kFragment = {0x46, 0x03, 0x00, 0x1c, 0xbe, 0xef, 0x00, 0x05,
                                               0xff, 0x11, 0xe5, 0xbb, 192,  168,  0,    1,
                                               192,  168,  0,    199,  0x94, 0x04, 0x00, 0x00};

constexpr size_t kPacketBytes = 84;

Ip4Problem check_with(size_t at, uint8_t value, size_t packet_bytes = kPacketBytes) {
  auto bytes = kHeader;
  bytes[at] = value;
  return Ip4View::check(bytes, packet_bytes);
}

TEST(Ip4View, ReadsEveryField) {
  const auto view = Ip4View::parse(kHeader, kPacketBytes);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->version(), 4);
  EXPECT_EQ(view->header_bytes(), 20);
  EXPECT_EQ(view->type_of_service(), 0);
  EXPECT_EQ(view->total_length(), 84);
  EXPECT_EQ(view->payload_bytes(), 64);
  EXPECT_EQ(view->identification(), 0x1a2b);
  EXPECT_TRUE(view->dont_fragment());
  EXPECT_FALSE(view->more_fragments());
  EXPECT_FALSE(view->is_fragment());
  EXPECT_EQ(view->ttl(), 64);
  EXPECT_EQ(view->protocol(), ip_protocol::kIcmp);
  EXPECT_EQ(view->header_checksum(), 0xf867);
  EXPECT_EQ(view->source(), Ip4Address::from(10, 10, 10, 2));
  EXPECT_EQ(view->destination(), Ip4Address::from(10, 10, 10, 1));
  EXPECT_FALSE(view->has_options());
}

TEST(Ip4View, ReadsAFragmentWithOptions) {
  const auto view = Ip4View::parse(kFragment, 28);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header_bytes(), 24);
  EXPECT_EQ(view->payload_bytes(), 4);
  EXPECT_EQ(view->ecn(), 3);
  EXPECT_EQ(view->fragment_offset_bytes(), 40);
  EXPECT_FALSE(view->more_fragments());
  EXPECT_TRUE(view->is_fragment());
  EXPECT_EQ(view->protocol(), ip_protocol::kUdp);
  ASSERT_EQ(view->options().size(), 4u);
  EXPECT_EQ(view->options()[0], 0x94);
}

TEST(Ip4View, FirstFragmentIsAFragmentBecauseMoreFollow) {
  auto bytes = kHeader;
  bytes[6] = 0x20;
  const auto view = Ip4View::parse(bytes, kPacketBytes);
  EXPECT_TRUE(view->is_fragment());
  EXPECT_EQ(view->fragment_offset_bytes(), 0);
}

TEST(Ip4View, ReservedFlagMakesNoFragment) {
  auto bytes = kHeader;
  bytes[6] = 0x80;
  EXPECT_FALSE(Ip4View::parse(bytes, kPacketBytes)->is_fragment());
}

TEST(Ip4View, ReadsTheGreatestFragmentOffset) {
  auto bytes = kHeader;
  bytes[6] = 0x1f;
  bytes[7] = 0xff;
  EXPECT_EQ(Ip4View::parse(bytes, kPacketBytes)->fragment_offset_bytes(), 65528);
}

TEST(Ip4View, RefusesEveryTruncatedHeader) {
  for (size_t n = 0; n < 20; ++n) {
    EXPECT_EQ(Ip4View::check(std::span(kHeader).first(n), kPacketBytes), Ip4Problem::kTooShort)
        << n;
  }
}

TEST(Ip4View, RefusesOtherVersions) {
  EXPECT_EQ(check_with(0, 0x65), Ip4Problem::kBadVersion);
  EXPECT_EQ(check_with(0, 0x05), Ip4Problem::kBadVersion);
}

TEST(Ip4View, RefusesAHeaderLengthBelowFiveWords) {
  EXPECT_EQ(check_with(0, 0x44), Ip4Problem::kBadHeaderLength);
  EXPECT_EQ(check_with(0, 0x40), Ip4Problem::kBadHeaderLength);
}

TEST(Ip4View, RefusesAHeaderLengthBeyondTheBytesPresent) {
  EXPECT_EQ(check_with(0, 0x46), Ip4Problem::kBadHeaderLength);
  EXPECT_EQ(Ip4View::check(std::span(kFragment).first(23), 28), Ip4Problem::kBadHeaderLength);
}

TEST(Ip4View, RefusesATotalLengthBelowTheHeader) {
  EXPECT_EQ(check_with(3, 19), Ip4Problem::kBadTotalLength);
  EXPECT_EQ(check_with(3, 0), Ip4Problem::kBadTotalLength);
  EXPECT_EQ(check_with(3, 20), Ip4Problem::kNone);
}

TEST(Ip4View, RefusesATotalLengthBeyondThePacket) {
  EXPECT_EQ(check_with(3, 84, 83), Ip4Problem::kBadTotalLength);
  EXPECT_FALSE(Ip4View::parse(kHeader));
}

TEST(Ip4View, AcceptsPaddingBehindTheTotalLength) {
  EXPECT_EQ(check_with(3, 21, 46), Ip4Problem::kNone);
}

TEST(Ip4View, ReadsAQuoteWhosePacketIsCutOff) {
  const auto view = Ip4View::parse_quoted(kHeader);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->total_length(), 84);
}

TEST(Ip4View, RefusesAQuoteWithoutTheWholeHeader) {
  EXPECT_FALSE(Ip4View::parse_quoted(std::span(kFragment).first(23)));
}

TEST(Ip4View, RefusesAQuoteWhoseTotalLengthIsBelowItsHeader) {
  auto bytes = kHeader;
  bytes[3] = 19;
  EXPECT_FALSE(Ip4View::parse_quoted(bytes));
}

TEST(Ip4View, TellsTheLengthOfAHeaderFromItsFirstByte) {
  EXPECT_EQ(Ip4View::header_bytes_of(0x45), 20);
  EXPECT_EQ(Ip4View::header_bytes_of(0x4f), 60);
  EXPECT_EQ(Ip4View::header_bytes_of(0x40), 0);
}

TEST(Ip4View, ChecksumOfAnIntactHeaderIsGood) {
  EXPECT_TRUE(Ip4View::parse(kHeader, kPacketBytes)->is_checksum_good());
}

TEST(Ip4View, ChecksumCatchesAnyDamagedByteOfTheHeaderAndItsOptions) {
  for (size_t at = 1; at < kFragment.size(); ++at) {
    auto bytes = kFragment;
    ASSERT_TRUE(Ip4View::parse(bytes, 0x101c)->is_checksum_good());
    bytes[at] ^= 0x01;
    EXPECT_FALSE(Ip4View::parse(bytes, 0x101c)->is_checksum_good()) << at;
  }
}

TEST(Ip4Emit, WritesTheLiteralHeaderWithItsChecksum) {
  std::array<uint8_t, 20> out;
  out.fill(0xee);
  Ip4Header h;
  h.total_length = 84;
  h.identification = 0x1a2b;
  h.dont_fragment = true;
  h.ttl = 64;
  h.protocol = ip_protocol::kIcmp;
  h.source = Ip4Address::from(10, 10, 10, 2);
  h.destination = Ip4Address::from(10, 10, 10, 1);
  emit(out, h);
  EXPECT_EQ(out, kHeader);
}

TEST(Ip4Emit, CoversOptionsThatStandBehindTheFixedPart) {
  auto out = kFragment;
  std::fill_n(out.begin(), 20, uint8_t{0xee});
  Ip4Header h;
  h.header_bytes = 24;
  h.type_of_service = 3;
  h.total_length = 28;
  h.identification = 0xbeef;
  h.fragment_offset_bytes = 40;
  h.ttl = 255;
  h.protocol = ip_protocol::kUdp;
  h.source = Ip4Address::from(192, 168, 0, 1);
  h.destination = Ip4Address::from(192, 168, 0, 199);
  emit(out, h);
  EXPECT_EQ(out, kFragment);
}

TEST(Ip4Editor, ChangesFieldsInPlaceAndCompletesTheChecksum) {
  auto bytes = kHeader;
  Ip4Editor editor(bytes);
  editor.set_type_of_service(0x10);
  editor.set_total_length(0x0102);
  editor.set_identification(0x0304);
  editor.set_fragment(false, true, 1480);
  editor.set_ttl(5);
  editor.set_source(Ip4Address::from(1, 2, 3, 4));
  editor.set_destination(Ip4Address::from(5, 6, 7, 8));
  editor.update_checksum();
  const std::array<uint8_t, 20> expected = {0x45, 0x10, 0x01, 0x02, 0x03, 0x04, 0x20,
                                            0xb9, 0x05, 0x01, 0x81, 0x1b, 1,    2,
                                            3,    4,    5,    6,    7,    8};
  EXPECT_EQ(bytes, expected);
}

TEST(IpProtocol, NumbersAreThoseOfIana) {
  EXPECT_EQ(ip_protocol::kIcmp, 1);
  EXPECT_EQ(ip_protocol::kIgmp, 2);
  EXPECT_EQ(ip_protocol::kTcp, 6);
  EXPECT_EQ(ip_protocol::kUdp, 17);
}

}  // namespace
}  // namespace tapstack::wire
