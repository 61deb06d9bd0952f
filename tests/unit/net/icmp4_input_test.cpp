#include "net/icmp4_input.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

class Icmp4InputTest : public NetTest {
 protected:
  Icmp4InputTest() { learn_peer(); }

  Delivery icmp_in(const Frame& message, Ip4 h = {}) {
    h.protocol = 1;
    return input(ip4(h, message));
  }
  // An error about a UDP datagram of ours: ports 4000 to 53.
  Frame about_ours(unsigned type, unsigned code, uint32_t rest = 0, Ip4 quoted = {}) {
    quoted.source = kOurs;
    if (quoted.destination == kOurs) quoted.destination = kFar;
    Frame datagram = test::hex("0fa0 0035 05c0 0000");
    datagram.resize(quoted_payload_bytes_);
    return icmp(type, code, rest, head(ip4(quoted, datagram), 28));
  }
  bool take_error() { return network_->take_error(ctx_, error_); }

  size_t quoted_payload_bytes_ = 1480;
  IcmpError error_;
};

TEST_F(Icmp4InputTest, EchoIsAnsweredWithTheSameData) {
  const Delivery delivery = icmp_in(icmp(8, 0, 0x12340001, test::hex("61 62 63")), {.tos = 0x10});
  EXPECT_TRUE(delivery) << "raw sockets see it too";
  const Frame reply = sent_packet();
  ASSERT_EQ(reply.size(), 31u);
  EXPECT_EQ(reply[1], 0x10) << "type of service of the request";
  EXPECT_EQ(reply[8], 64);
  EXPECT_EQ(get32(reply, 12), kOurs.value);
  EXPECT_EQ(get32(reply, 16), kPeer.value);
  EXPECT_EQ(tail(reply, 20), icmp(0, 0, 0x12340001, test::hex("61 62 63")));
  EXPECT_EQ(checksum(head(reply, 20)), 0);
  EXPECT_EQ(bytes_of(*delivery.packet),
            ip4({.protocol = 1, .tos = 0x10}, icmp(8, 0, 0x12340001, test::hex("61 62 63"))))
      << "what is delivered is the request, unchanged";
}

TEST_F(Icmp4InputTest, ReplyComesFromTheAddressThatWasAsked) {
  const Ip4Address second = Ip4Address::from(10, 10, 10, 3);
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {second, 24}).ok());
  sent();
  icmp_in(icmp(8, 0, 1, {}), {.destination = second});
  EXPECT_EQ(get32(sent_packet(), 12), second.value);
}

TEST_F(Icmp4InputTest, EchoOf65000BytesIsReassembledAnsweredAndFragmented) {
  const Frame message = icmp(8, 0, 0x00070001, test::pattern(65'000));
  for (size_t at = 0; at < message.size(); at += 1480) {
    const size_t n = std::min<size_t>(1480, message.size() - at);
    const unsigned more = at + n < message.size() ? kMf : 0;
    icmp_in(head(tail(message, at), n), {.fragment = static_cast<unsigned>(at / 8) | more});
  }
  Frame reply;
  unsigned id = 0;
  for (Frame packet = sent_packet(); !packet.empty(); packet = sent_packet()) {
    if (reply.empty()) id = get16(packet, 4);
    EXPECT_EQ(get16(packet, 4), id);
    EXPECT_EQ((get16(packet, 6) & 0x1fff) * 8, reply.size());
    EXPECT_LE(packet.size(), 1500u);
    put(reply, tail(packet, 20));
  }
  EXPECT_EQ(reply, icmp(0, 0, 0x00070001, test::pattern(65'000)));
  expect_nothing_held();
}

TEST_F(Icmp4InputTest, EchoToABroadcastIsNotAnswered) {
  const Frame request = icmp(8, 0, 1, {});
  for (const Ip4Address to : {Ip4Address::limited_broadcast(), Ip4Address::from(10, 10, 10, 255)}) {
    input(ip4({.destination = to, .protocol = 1}, request), MacAddress::broadcast());
  }
  input(ip4({.destination = Ip4Address::from(224, 0, 0, 1), .protocol = 1}, request),
        {{0x01, 0x00, 0x5e, 0, 0, 1}});
  EXPECT_EQ(drops(DropReason::kIcmpEchoRefused), 3u);
  EXPECT_TRUE(sent().empty());
}

TEST_F(Icmp4InputTest, DamagedAndShortMessagesAreDropped) {
  Frame damaged = icmp(8, 0, 1, test::hex("0102"));
  damaged[8] ^= 0x40;
  EXPECT_FALSE(icmp_in(damaged));
  EXPECT_EQ(drops(DropReason::kIcmpBadChecksum), 1u);
  EXPECT_FALSE(icmp_in(head(icmp(8, 0, 1, {}), 7)));
  EXPECT_EQ(drops(DropReason::kIcmpTooShort), 1u);
  EXPECT_TRUE(sent().empty());
}

TEST_F(Icmp4InputTest, TimestampAndUnknownTypesAreDeliveredButNotAnswered) {
  EXPECT_TRUE(icmp_in(icmp(13, 0, 1, Frame(12))));
  EXPECT_TRUE(icmp_in(icmp(42, 0, 1, {})));
  EXPECT_EQ(drops(DropReason::kIcmpUnknownType), 1u);
  EXPECT_TRUE(sent().empty());
}

TEST_F(Icmp4InputTest, PortUnreachableBecomesAHardError) {
  EXPECT_TRUE(icmp_in(about_ours(3, 3)));
  ASSERT_TRUE(take_error());
  EXPECT_EQ(error_.error, Error::kConnectionRefused);
  EXPECT_TRUE(error_.is_hard);
  EXPECT_EQ(error_.reporter, IpAddress(kPeer));
  EXPECT_EQ(error_.source, IpAddress(kOurs));
  EXPECT_EQ(error_.destination, IpAddress(kFar));
  EXPECT_EQ(error_.protocol, 17);
  EXPECT_EQ(error_.type, 3);
  EXPECT_EQ(error_.code, 3);
  EXPECT_EQ(error_.hop_limit, 64);
  EXPECT_EQ(error_.quoted_bytes, 8);
  EXPECT_EQ(Frame(error_.quoted, error_.quoted + 8), test::hex("0fa0 0035 05c0 0000"));
  EXPECT_FALSE(take_error()) << "told once";
}

TEST_F(Icmp4InputTest, QuotedOptionsAreSkipped) {
  Frame quoted =
      ip4({.source = kOurs, .destination = kFar, .options = test::hex("07070400000000 00")},
          test::hex("0fa0 0035 0010 0000 0102030405060708"));
  icmp_in(icmp(3, 1, 0, quoted));
  ASSERT_TRUE(take_error());
  EXPECT_EQ(error_.quoted_bytes, 16);
  EXPECT_EQ(error_.quoted[0], 0x0f);
}

TEST_F(Icmp4InputTest, AtMost64BytesOfTheTransportAreHandedOn) {
  icmp_in(icmp(3, 1, 0, ip4({.source = kOurs, .destination = kFar}, test::pattern(500))));
  ASSERT_TRUE(take_error());
  EXPECT_EQ(error_.quoted_bytes, 64);
  EXPECT_EQ(Frame(error_.quoted, error_.quoted + 64), test::pattern(64));
}

TEST_F(Icmp4InputTest, QuoteThatIsNotOursIsIgnored) {
  icmp_in(icmp(3, 3, 0, ip4({.source = kFar, .destination = kPeer}, Frame(8))));
  EXPECT_FALSE(take_error());
  EXPECT_EQ(drops(DropReason::kIcmpQuoteNotOurs), 1u);
}

TEST_F(Icmp4InputTest, QuoteOfALaterFragmentNamesNoPort) {
  icmp_in(about_ours(3, 3, 0, {.fragment = 5}));
  EXPECT_FALSE(take_error());
}

TEST_F(Icmp4InputTest, QuoteThatIsTooShortIsIgnored) {
  const Frame quote = ip4({.source = kOurs, .destination = kFar}, Frame(8));
  for (const size_t n : {0u, 19u, 20u, 27u}) icmp_in(icmp(3, 3, 0, head(quote, n)));
  EXPECT_FALSE(take_error());
  EXPECT_EQ(drops(DropReason::kIcmpQuoteTooShort), 4u);
}

TEST_F(Icmp4InputTest, SourceQuenchIsIgnored) {
  EXPECT_TRUE(icmp_in(about_ours(4, 0)));
  EXPECT_FALSE(take_error());
}

TEST_F(Icmp4InputTest, FragmentationNeededLowersThePathMtu) {
  icmp_in(about_ours(3, 4, 1400, {.fragment = kDf}));
  ASSERT_TRUE(take_error());
  EXPECT_EQ(error_.error, Error::kMessageTooLong);
  EXPECT_FALSE(error_.is_hard);
  EXPECT_EQ(error_.mtu_bytes, 1400u);
  EXPECT_EQ(network_->route(kFar, {}, {}, ctx_.now)->mtu_bytes, 1400u);
  EXPECT_EQ(network_->route(kFar, {}, {}, ctx_.now)->interface_mtu_bytes, 1500u);
  advance(Duration::s(600));
  EXPECT_EQ(network_->route(kFar, {}, {}, ctx_.now)->mtu_bytes, 1500u) << "RFC 1191 6.3";
}

TEST_F(Icmp4InputTest, WhatIsSaidAboutTcpIsForTcpToBelieve) {  // RFC 5927 7.2
  icmp_in(about_ours(3, 4, 1400, {.protocol = 6, .fragment = kDf}));
  ASSERT_TRUE(take_error());
  EXPECT_EQ(error_.mtu_bytes, 1400u);
  EXPECT_EQ(network_->route(kFar, {}, {}, ctx_.now)->mtu_bytes, 1500u);
  network_->lower_path_mtu(kFar, error_.mtu_bytes, ctx_.now);
  EXPECT_EQ(network_->route(kFar, {}, {}, ctx_.now)->mtu_bytes, 1400u);
}

TEST_F(Icmp4InputTest, OldRoutersNameNoMtuSoThePlateauIsTaken) {
  icmp_in(about_ours(3, 4, 0, {.fragment = kDf}));
  ASSERT_TRUE(take_error());
  EXPECT_EQ(error_.mtu_bytes, 1492u);
}

TEST_F(Icmp4InputTest, MtuThatThePacketWouldHaveFittedIsNotBelieved) {
  icmp_in(about_ours(3, 4, 1500, {.fragment = kDf}));
  EXPECT_FALSE(take_error());
  EXPECT_EQ(drops(DropReason::kIcmpBadMtu), 1u);
}

TEST_F(Icmp4InputTest, RedirectFromTheGatewayIsFollowed) {
  const Ip4Address better = Ip4Address::from(10, 10, 10, 9);
  icmp_in(about_ours(5, 1, better.value));
  EXPECT_EQ(network_->route(kFar, {}, {}, ctx_.now)->next_hop, IpAddress(better));
  EXPECT_EQ(network_->route(Ip4Address::from(203, 0, 113, 10), {}, {}, ctx_.now)->next_hop,
            IpAddress(kPeer))
      << "one host only";
  EXPECT_FALSE(take_error());
}

TEST_F(Icmp4InputTest, OtherRedirectsAreIgnored) {
  const Ip4Address better = Ip4Address::from(10, 10, 10, 9);
  icmp_in(about_ours(5, 1, better.value), {.source = kAbsent});        // not the first hop
  icmp_in(about_ours(5, 1, Ip4Address::from(10, 9, 9, 9).value));      // gateway not on link
  icmp_in(about_ours(5, 1, kOurs.value));                              // gateway is us
  icmp_in(about_ours(5, 1, Ip4Address::from(10, 10, 10, 255).value));  // gateway is a broadcast
  icmp_in(about_ours(5, 1, better.value, {.destination = kPeer}));     // destination is on link
  EXPECT_EQ(drops(DropReason::kIcmpRedirectIgnored), 5u);
  EXPECT_EQ(network_->route(kFar, {}, {}, ctx_.now)->next_hop, IpAddress(kPeer));
}

TEST(MeaningOfIcmp4, IsLinuxs) {
  EXPECT_EQ(meaning_of_icmp4(3, 0).error, Error::kNetworkUnreachable);
  EXPECT_EQ(meaning_of_icmp4(3, 1).error, Error::kHostUnreachable);
  EXPECT_FALSE(meaning_of_icmp4(3, 1).is_hard);
  EXPECT_EQ(meaning_of_icmp4(3, 2).error, Error::kNoProtocolOption);
  EXPECT_TRUE(meaning_of_icmp4(3, 2).is_hard);
  EXPECT_EQ(meaning_of_icmp4(3, 7).error, Error::kHostDown);
  EXPECT_EQ(meaning_of_icmp4(3, 200).error, Error::kHostUnreachable);
  EXPECT_EQ(meaning_of_icmp4(11, 0).error, Error::kHostUnreachable);
  EXPECT_EQ(meaning_of_icmp4(12, 0).error, Error::kProtocol);
  EXPECT_EQ(meaning_of_icmp4(0, 0).error, Error::kNone);
}

}  // namespace
}  // namespace tapstack::net
