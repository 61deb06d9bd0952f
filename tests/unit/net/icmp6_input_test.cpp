#include "net/icmp6_input.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

class Icmp6InputTest : public Net6Test {
 protected:
  // An error about a packet of ours.
  static Frame error_about(const Frame& packet, unsigned type, unsigned code, uint32_t rest = 0) {
    return icmp6_packet({.source = kFar6}, type, code, rest, packet);
  }
  bool take(IcmpError& error) { return network_->take_error(ctx_, error); }

  const Frame udp_ = test::hex("d431 0035 000c 0000 61626364");
  const Frame ours_ = ip6({.source = kOurs6, .destination = kFar6}, udp_);
};

// RFC 4443 2.3, RFC 8200 8.1.
TEST_F(Icmp6InputTest, MessageWithABadChecksumIsDropped) {
  Frame packet = echo6({});
  packet.back() ^= 1;
  EXPECT_FALSE(input(packet));
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(drops(DropReason::kIcmpBadChecksum), 1u);
  EXPECT_EQ(counters_.value(Mib::kIcmp6InCsumErrors), 1u);
}

TEST_F(Icmp6InputTest, MessageWithoutAWholeHeaderIsDropped) {
  EXPECT_FALSE(input(ip6({.next_header = 58}, test::hex("80 00 0000 00"))));
  EXPECT_EQ(drops(DropReason::kIcmpTooShort), 1u);
}

TEST_F(Icmp6InputTest, NobodyElseSpeaksForUs) {
  EXPECT_FALSE(input(echo6({.source = kOurs6})));
  EXPECT_FALSE(input(icmp6_packet({.source = kOurs6}, 1, 4, 0, ours_)));
  EXPECT_EQ(drops(DropReason::kIpOwnSource), 2u);
  EXPECT_FALSE(loop()) << "no answer to ourselves";
}

TEST_F(Icmp6InputTest, UnknownInformationalMessageIsLeftToSockets) {
  EXPECT_TRUE(input(icmp6_packet({}, 200, 0, 0, {})));
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(drops(DropReason::kIcmpUnknownType), 1u);
}

TEST_F(Icmp6InputTest, ErrorTellsWhoseItIsAndWhatItMeans) {
  EXPECT_TRUE(input(error_about(ours_, 1, 4)));
  IcmpError error;
  ASSERT_TRUE(take(error));
  EXPECT_EQ(error.reporter, IpAddress(kFar6));
  EXPECT_EQ(error.source, IpAddress(kOurs6));
  EXPECT_EQ(error.destination, IpAddress(kFar6));
  EXPECT_EQ(error.interface, ts0_);
  EXPECT_EQ(error.protocol, 17);
  EXPECT_EQ(error.type, 1);
  EXPECT_EQ(error.code, 4);
  EXPECT_EQ(error.error, Error::kConnectionRefused);
  EXPECT_TRUE(error.is_hard);
  EXPECT_FALSE(error.is_local);
  EXPECT_EQ(Frame(error.quoted, error.quoted + error.quoted_bytes), udp_);
}

TEST_F(Icmp6InputTest, QuotedExtensionHeadersAreWalkedOver) {
  const Frame packet =
      ip6({.source = kOurs6, .destination = kFar6, .next_header = 60}, options6(17, {}) + udp_);
  EXPECT_TRUE(input(error_about(packet, 3, 0)));
  IcmpError error;
  ASSERT_TRUE(take(error));
  EXPECT_EQ(error.protocol, 17);
  EXPECT_EQ(Frame(error.quoted, error.quoted + error.quoted_bytes), udp_);
}

TEST_F(Icmp6InputTest, QuoteThatShowsNoTransportOrIsNotOursIsIgnored) {
  EXPECT_TRUE(input(error_about(head(ours_, 47), 1, 0)));
  EXPECT_TRUE(input(error_about(
      ip6({.source = kOurs6, .next_header = 44}, fragment6_header(17, 8, false, 1) + udp_), 1, 0)));
  EXPECT_EQ(drops(DropReason::kIcmpQuoteTooShort), 2u);
  EXPECT_TRUE(input(error_about(ip6({.source = kFar6}, udp_), 1, 0)));
  EXPECT_EQ(drops(DropReason::kIcmpQuoteNotOurs), 1u);
  IcmpError error;
  EXPECT_FALSE(take(error));
}

struct Meaning {
  unsigned type;
  unsigned code;
  Error error;
  bool is_hard;
};

TEST(Icmp6Meaning, IsThatOfLinux) {
  for (const Meaning& m :
       {Meaning{1, 0, Error::kNetworkUnreachable, false}, Meaning{1, 1, Error::kAccess, true},
        Meaning{1, 3, Error::kHostUnreachable, false},
        Meaning{1, 4, Error::kConnectionRefused, true}, Meaning{1, 6, Error::kAccess, true},
        Meaning{1, 99, Error::kProtocol, true}, Meaning{2, 0, Error::kMessageTooLong, false},
        Meaning{3, 0, Error::kHostUnreachable, false}, Meaning{4, 1, Error::kProtocol, true},
        Meaning{128, 0, Error::kNone, false}}) {
    const ErrorMeaning meaning =
        meaning_of_icmp6(static_cast<uint8_t>(m.type), static_cast<uint8_t>(m.code));
    EXPECT_EQ(meaning.error, m.error) << m.type << '/' << m.code;
    EXPECT_EQ(meaning.is_hard, m.is_hard) << m.type << '/' << m.code;
  }
}

TEST_F(Icmp6InputTest, PacketTooBigLowersThePathMtuOfItsDestination) {
  const Frame large = ip6({.source = kOurs6, .destination = kFar6}, udp_ + Frame(1448));
  EXPECT_TRUE(input(error_about(head(large, 1232), 2, 0, 1400)));
  IcmpError error;
  ASSERT_TRUE(take(error));
  EXPECT_EQ(error.mtu_bytes, 1400u);
  EXPECT_EQ(network_->route(kFar6, IpAddress(), InterfaceId{}, ctx_.now)->mtu_bytes, 1400u);
  EXPECT_EQ(network_->route(kPeer6, IpAddress(), InterfaceId{}, ctx_.now)->mtu_bytes, 1500u);
}

TEST_F(Icmp6InputTest, PacketTooBigBelowTheMinimumOrAboveThePacketIsDiscarded) {
  const Frame large = ip6({.source = kOurs6, .destination = kFar6}, udp_ + Frame(1448));
  EXPECT_TRUE(input(error_about(head(large, 1232), 2, 0, 1279)));
  EXPECT_TRUE(input(error_about(head(large, 1232), 2, 0, 1500)));
  EXPECT_EQ(drops(DropReason::kIcmpBadMtu), 2u) << "RFC 8201 4";
  EXPECT_EQ(network_->route(kFar6, IpAddress(), InterfaceId{}, ctx_.now)->mtu_bytes, 1500u);
}

TEST_F(Icmp6InputTest, WhatIsSaidAboutTcpIsOnlyReported) {
  const Frame segment =
      ip6({.source = kOurs6, .destination = kFar6, .next_header = 6}, Frame(1460));
  EXPECT_TRUE(input(error_about(head(segment, 1232), 2, 0, 1400)));
  IcmpError error;
  ASSERT_TRUE(take(error));
  EXPECT_EQ(error.mtu_bytes, 1400u);
  EXPECT_EQ(network_->route(kFar6, IpAddress(), InterfaceId{}, ctx_.now)->mtu_bytes, 1500u);
}

using Icmp6OnEthernetTest = NetTest;

// RFC 6980 5.
TEST_F(Icmp6OnEthernetTest, NeighbourDiscoveryInAFragmentIsIgnored) {
  const Ip6 h{.source = kPeerLink6, .destination = Ip6Address::all_nodes(), .hop_limit = 255};
  Ip6 in_fragment = h;
  in_fragment.next_header = 44;
  Frame target;
  put(target, kOurs6);
  const Frame packet =
      ip6(in_fragment, fragment6_header(58, 0, false, 1) + icmp6(h, 135, 0, 0, target));
  network_->input(ctx_, ts0_, packet_of(link::ethernet(kOurMac, kPeerMac, 0x86dd, packet)));
  EXPECT_EQ(drops(DropReason::kNdFragmented), 1u);
  EXPECT_TRUE(sent().empty());
}

}  // namespace
}  // namespace tapstack::net
