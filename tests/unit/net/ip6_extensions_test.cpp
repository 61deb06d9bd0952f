#include "net/ip6_extensions.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

using Ip6ExtensionsTest = Net6Test;

Frame packet_with(unsigned first, const Frame& extensions, const Frame& payload = kUdp6) {
  return ip6({.next_header = first}, extensions + payload);
}

// RFC 8200 4.1.
TEST_F(Ip6ExtensionsTest, AreWalkedOverInAnyOrder) {
  const Frame chain =
      options6(60, {}) + options6(43, {}) + test::hex("3c 00 63 00 00000000") + options6(17, {});
  const Delivery delivery = input(packet_with(0, chain));
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.protocol, 17);
  EXPECT_EQ(delivery.packet->info.ip_header_bytes, 40 + chain.size());
}

TEST_F(Ip6ExtensionsTest, HopByHopIsRefusedElsewhereThanFirst) {
  EXPECT_EQ(problem_of(packet_with(60, options6(0, {}) + options6(17, {}))), (Problem{1, 40}));
}

// RFC 8200 4.4, RFC 5095 3.
TEST_F(Ip6ExtensionsTest, RoutingHeaderWithSegmentsLeftIsRefusedByType) {
  for (const uint8_t type : {0, 2, 4, 99}) {
    const Frame routing{17, 2, type, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    EXPECT_EQ(problem_of(packet_with(43, routing)), (Problem{0, 42})) << unsigned{type};
  }
  EXPECT_EQ(drops(DropReason::kIp6UnknownRouting), 4u);
}

TEST_F(Ip6ExtensionsTest, HeaderBeyondThePacketIsDroppedSilently) {
  EXPECT_EQ(problem_of(ip6({.next_header = 60}, test::hex("11 02 0104 00000000"))), Problem{});
  EXPECT_EQ(problem_of(ip6({.next_header = 0}, test::hex("11 00 01"))), Problem{});
  EXPECT_EQ(drops(DropReason::kIp6BadExtension), 2u);
}

TEST_F(Ip6ExtensionsTest, HeaderBeyondTheLimitIsReported) {  // RFC 8504 5.3, RFC 8883 2.5
  Frame chain;
  for (size_t i = 0; i <= kConfig.ip6_extension_headers_max; ++i) put(chain, options6(60, {}));
  chain[chain.size() - 8] = 17;
  EXPECT_EQ(problem_of(packet_with(60, chain)),
            (Problem{8, static_cast<uint32_t>(40 + 8 * kConfig.ip6_extension_headers_max)}));
  EXPECT_EQ(drops(DropReason::kIp6HeaderLimit), 1u);
}

// RFC 8200 4.7.
TEST_F(Ip6ExtensionsTest, NoNextHeaderEndsThePacketSilently) {
  EXPECT_EQ(problem_of(packet_with(60, options6(59, {}))), Problem{});
  EXPECT_EQ(drops(DropReason::kIp6NoNextHeader), 1u);
}

TEST_F(Ip6ExtensionsTest, FragmentsAreJoinedWithoutTheirHeader) {
  const Frame data = test::pattern(64);
  const Frame first = options6(44, {}) + fragment6_header(17, 0, true, 7) + head(data, 40);
  const Frame last = options6(44, {}) + fragment6_header(17, 40, false, 7) + tail(data, 40);
  EXPECT_FALSE(input(ip6({.next_header = 60, .traffic_class = 2}, last)));
  const Delivery delivery = input(ip6({.next_header = 60, .traffic_class = 3}, first));
  ASSERT_TRUE(delivery);
  EXPECT_EQ(bytes_of(*delivery.packet),
            ip6({.next_header = 60, .traffic_class = 3}, options6(17, {}) + data))
      << "CE of one fragment is kept (RFC 3168 5.3)";
  EXPECT_EQ(delivery.packet->info.ip_header_bytes, 48);
  EXPECT_TRUE(delivery.packet->info.was_fragmented);
  EXPECT_EQ(counters_.value(Mib::kIp6ReasmOKs), 1u);
  EXPECT_EQ(counters_.value(Mib::kIpReasmOKs), 0u);
}

TEST_F(Ip6ExtensionsTest, HeadersBehindTheFragmentHeaderAreObeyedOnceItIsWhole) {
  const Frame data = options6(17, test::hex("81 00")) + kUdp6;
  const Frame first = fragment6_header(60, 0, true, 7) + head(data, 16);
  const Frame last = fragment6_header(60, 16, false, 7) + tail(data, 16);
  EXPECT_FALSE(input(ip6({.next_header = 44}, first)));
  EXPECT_TRUE(sent().empty());
  EXPECT_FALSE(input(ip6({.next_header = 44}, last)));
  const Frame error = sent();
  EXPECT_EQ(get16(error, 40), 0x0402u);
  EXPECT_EQ(get32(error, 44), 42u);
}

TEST_F(Ip6ExtensionsTest, AtomicFragmentIsADatagramByItself) {
  const Frame fragment = fragment6_header(17, 0, true, 7) + test::pattern(16);
  EXPECT_FALSE(input(ip6({.next_header = 44}, fragment)));
  const Delivery delivery = input(packet_with(44, fragment6_header(17, 0, false, 7)));
  ASSERT_TRUE(delivery) << "RFC 6946 4";
  EXPECT_EQ(delivery.packet->info.ip_header_bytes, 48);
  EXPECT_EQ(parts().reassembly.used(), 1u);
}

TEST_F(Ip6ExtensionsTest, FragmentThatIsNoMultipleOf8PointsToThePayloadLength) {
  const Frame fragment = fragment6_header(17, 0, true, 7) + test::pattern(17);
  EXPECT_EQ(problem_of(ip6({.next_header = 44}, fragment)), (Problem{0, 4}));
}

TEST_F(Ip6ExtensionsTest, DatagramBeyond65535PointsToTheFragmentOffset) {
  const Frame fragment = fragment6_header(17, 65528, false, 7) + test::pattern(8);
  EXPECT_EQ(problem_of(ip6({.next_header = 44}, fragment)), (Problem{0, 42}));
  EXPECT_FALSE(
      input(ip6({.next_header = 44}, fragment6_header(17, 65528, false, 7) + test::pattern(7))));
  EXPECT_EQ(parts().reassembly.used(), 1u) << "65,535 bytes of payload are allowed";
}

TEST_F(Ip6ExtensionsTest, FirstFragmentMustHoldTheWholeHeaderChain) {
  const Frame fragment = fragment6_header(60, 0, true, 7) + options6(17, {});
  EXPECT_EQ(problem_of(ip6({.next_header = 44}, fragment)), (Problem{3, 0})) << "RFC 7112 5";
  EXPECT_EQ(parts().reassembly.used(), 0u);
}

TEST_F(Ip6ExtensionsTest, OverlappingFragmentsDiscardTheDatagramSilently) {
  const Frame data = test::pattern(48);
  EXPECT_FALSE(input(ip6({.next_header = 44}, fragment6_header(17, 0, true, 7) + head(data, 24))));
  EXPECT_FALSE(
      input(ip6({.next_header = 44}, fragment6_header(17, 16, false, 7) + tail(data, 16))));
  EXPECT_FALSE(
      input(ip6({.next_header = 44}, fragment6_header(17, 24, false, 7) + tail(data, 24))));
  EXPECT_TRUE(sent().empty()) << "RFC 5722 4";
  EXPECT_EQ(drops(DropReason::kReassemblyOverlap), 2u);
}

TEST_F(Ip6ExtensionsTest, IncompleteDatagramIsReportedWithItsFirstFragment) {
  const Frame packet =
      ip6({.next_header = 44}, fragment6_header(17, 0, true, 7) + test::pattern(16));
  EXPECT_FALSE(input(packet));
  run_until(ctx_.now + Duration::ms(59'999));
  EXPECT_TRUE(sent().empty());
  run_until(ctx_.now + Duration::ms(1));
  const Frame error = sent();
  ASSERT_EQ(error.size(), 48 + packet.size());
  EXPECT_EQ(get16(error, 40), 0x0301u) << "RFC 8200 4.5: Time Exceeded, code 1";
  EXPECT_EQ(tail(error, 48), packet);
}

}  // namespace
}  // namespace tapstack::net
