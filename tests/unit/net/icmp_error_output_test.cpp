#include "net/icmp_error_output.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

class IcmpError4Test : public NetTest {
 protected:
  IcmpError4Test() { learn_peer(); }
};

TEST_F(IcmpError4Test, QuotesTheHeaderAndWhatFollows) {
  const Frame packet = ip4({}, test::hex("d431 0035 000c 0000 61626364"));
  const Frame error = refuse(packet);
  ASSERT_EQ(error.size(), 20u + 8 + packet.size());
  EXPECT_EQ(error[1], 0xc0) << "RFC 1812 4.3.2.5";
  EXPECT_EQ(get32(error, 12), kOurs.value);
  EXPECT_EQ(get32(error, 16), kPeer.value);
  EXPECT_EQ(tail(error, 20), icmp(3, 3, 0, packet));
  expect_nothing_held();
}

TEST_F(IcmpError4Test, ProtocolUnreachableHasCodeTwo) {
  EXPECT_EQ(get16(refuse(ip4({.protocol = 132}, Frame(12)), Refusal::kProtocol), 20), 0x0302u);
}

TEST_F(IcmpError4Test, MessageHasAtMost576Bytes) {
  const Frame packet = ip4({}, test::pattern(1400));
  const Frame error = refuse(packet);
  ASSERT_EQ(error.size(), 576u);
  EXPECT_EQ(tail(error, 28), head(packet, 548));
  EXPECT_EQ(checksum(tail(error, 20)), 0);
}

TEST_F(IcmpError4Test, RateIsLimitedAndRecovers) {
  const Frame packet = ip4({}, Frame(8));
  uint32_t answered = 0;
  for (uint32_t i = 0; i < kConfig.icmp_errors_burst + 5; ++i) {
    answered += refuse(packet).empty() ? 0 : 1;
  }
  EXPECT_EQ(answered, kConfig.icmp_errors_burst);
  EXPECT_EQ(drops(DropReason::kIcmpErrorRateLimited), 5u);
  advance(Duration::s(1));
  EXPECT_FALSE(refuse(packet).empty());
}

TEST_F(IcmpError4Test, WhatStaysOnThisHostIsNotLimited) {
  uint32_t answered = 0;
  for (uint32_t i = 0; i < kConfig.icmp_errors_burst + 5; ++i) {
    ASSERT_TRUE(send(test::hex("0fa0 0035 0008 0000"), kOurs).ok());
    Delivery delivery = loop();
    network_->refuse(ctx_, std::move(delivery.packet), Refusal::kPort);
    answered += loop() ? 1 : 0;
  }
  EXPECT_EQ(answered, kConfig.icmp_errors_burst + 5);
}

TEST_F(IcmpError4Test, RefusalOfOurOwnPacketComesBackAsAFact) {
  ASSERT_TRUE(send(test::hex("0fa0 0035 0008 0000"), kOurs).ok());
  Delivery delivery = loop();
  ASSERT_TRUE(delivery);
  network_->refuse(ctx_, std::move(delivery.packet), Refusal::kPort);
  EXPECT_TRUE(loop()) << "raw sockets see the message";
  IcmpError error;
  ASSERT_TRUE(network_->take_error(ctx_, error));
  EXPECT_EQ(error.error, Error::kConnectionRefused);
  EXPECT_EQ(error.destination, IpAddress(kOurs));
  EXPECT_TRUE(error.is_local);
}

class IcmpError6Test : public Net6Test {};

// RFC 4443 2.2 and 3.1.
TEST_F(IcmpError6Test, PortUnreachableQuotesThePacket) {
  const Frame packet = ip6({}, test::hex("d431 0035 000c 0000 61626364"));
  EXPECT_EQ(
      refuse(packet),
      icmp6_packet({.source = kOurs6, .destination = kPeer6, .hop_limit = 255}, 1, 4, 0, packet));
  EXPECT_EQ(counters_.value(Mib::kIcmp6OutDestUnreachs), 1u);
  expect_nothing_held();
}

TEST_F(IcmpError6Test, MessageHasAtMost1280Bytes) {
  const Frame packet = ip6({}, test::pattern(1400));
  const Frame error = refuse(packet);
  ASSERT_EQ(error.size(), 1280u) << "RFC 4443 2.4 (c)";
  EXPECT_EQ(tail(error, 48), head(packet, 1232));
}

TEST_F(IcmpError6Test, RateIsLimited) {
  const Frame packet = ip6({}, Frame(8));
  uint32_t answered = 0;
  for (uint32_t i = 0; i < kConfig.icmp_errors_burst + 5; ++i) {
    answered += refuse(packet).empty() ? 0 : 1;
  }
  EXPECT_EQ(answered, kConfig.icmp_errors_burst) << "RFC 4443 2.4 (f)";
  EXPECT_EQ(counters_.value(Mib::kIcmp6OutRateLimitHost), 5u);
}

}  // namespace
}  // namespace tapstack::net
