#include "net/ip6_output.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

class Ip6OutputTest : public Net6Test {
 protected:
  static uint32_t label(const Frame& packet) { return get32(packet, 0) & 0xfffff; }
  Frame sent_after(const Frame& payload, const IpAddress& to, const SendParams& params = {}) {
    EXPECT_TRUE(send(payload, to, params).ok());
    return sent();
  }
};

TEST_F(Ip6OutputTest, PutsTheHeaderInFront) {
  EXPECT_TRUE(send(kUdp6, kPeer6, {.ttl = 9, .tos = 0xb9}).ok());
  EXPECT_EQ(
      sent_without_label(),
      ip6({.source = kOurs6, .destination = kPeer6, .hop_limit = 9, .traffic_class = 0xb9}, kUdp6));
  EXPECT_EQ(counters_.value(Mib::kIp6OutRequests), 1u);
  EXPECT_EQ(counters_.value(Mib::kIpOutRequests), 0u);
}

TEST_F(Ip6OutputTest, FlowLabelIsThatOfTheFlow) {
  const uint32_t first = label(sent_after(kUdp6, kPeer6));
  EXPECT_NE(first, 0u);
  EXPECT_EQ(label(sent_after(kUdp6 + Frame(100), kPeer6)), first) << "RFC 6437 3";
  Frame other_port = kUdp6;
  other_port[3] ^= 1;
  EXPECT_NE(label(sent_after(other_port, kPeer6)), first);
  EXPECT_NE(label(sent_after(kUdp6, kFar6)), first);
  EXPECT_EQ(label(sent_after(kUdp6, kPeer6, {.flow_label = 0xabcde})), 0xabcdeu);
}

TEST_F(Ip6OutputTest, HeaderOfTheSendersStaysAsItIs) {
  const Frame packet = ip6(
      {.source = Ip6Address::any(), .destination = kPeer6, .hop_limit = 3, .flow_label = 0x54321},
      kUdp6);
  EXPECT_EQ(sent_after(packet, kPeer6, {.header_included = true}), packet);
  EXPECT_EQ(send(Frame(39), kPeer6, {.header_included = true}).error(), Error::kInvalid);
  EXPECT_EQ(send(Frame(40), kPeer6, {.header_included = true}).error(), Error::kInvalid);
  EXPECT_EQ(send(ip6({}, Frame(1461)), kPeer6, {.header_included = true}).error(),
            Error::kMessageTooLong);
}

}  // namespace
}  // namespace tapstack::net
