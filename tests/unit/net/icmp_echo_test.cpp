#include "net/icmp_echo.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

// IPv4's side is in icmp4_input_test.cpp.
using IcmpEcho6Test = Net6Test;

TEST_F(IcmpEcho6Test, RequestIsAnsweredFromTheAddressThatWasAsked) {
  const Frame data = test::pattern(100);
  EXPECT_TRUE(input(echo6({.hop_limit = 1, .traffic_class = 0xb8}, data))) << "sockets see it too";
  const Ip6 back{.source = kOurs6, .destination = kPeer6};  // of the default class
  EXPECT_EQ(sent_without_label(), icmp6_packet(back, 129, 0, 0x12340001, data));
  EXPECT_EQ(counters_.value(Mib::kIcmp6InEchos), 1u);
  EXPECT_EQ(counters_.value(Mib::kIcmp6OutEchoReplies), 1u);
  EXPECT_EQ(counters_.value(Mib::kIcmpOutMsgs), 0u);
}

TEST_F(IcmpEcho6Test, RequestToAGroupIsAnsweredFromOneOfOurAddresses) {
  input(echo6({.source = kPeerLink6, .destination = Ip6Address::all_nodes()}));
  EXPECT_EQ(sent_without_label(), icmp6_packet({.source = kOurLink6, .destination = kPeerLink6},
                                               129, 0, 0x12340001, Frame(8)))
      << "RFC 4443 4.2";
}

TEST_F(IcmpEcho6Test, RequestOfNobodyIsNotAnswered) {
  input(echo6({.source = Ip6Address::any(), .destination = Ip6Address::all_nodes()}));
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(drops(DropReason::kIcmpEchoRefused), 1u);
}

TEST_F(IcmpEcho6Test, LargeReplyLeavesInFragments) {
  const Frame data = test::pattern(1800);
  const Frame request = icmp6({}, 128, 0, 0, data);
  input(ip6({.next_header = 44}, fragment6_header(58, 0, true, 5) + head(request, 1200)));
  input(ip6({.next_header = 44}, fragment6_header(58, 1200, false, 5) + tail(request, 1200)));
  const Frame first = sent();
  const Frame second = sent();
  const Frame reply = icmp6({.source = kOurs6, .destination = kPeer6}, 129, 0, 0, data);
  EXPECT_EQ(first[6], 44);
  EXPECT_EQ(first[40], 58);
  EXPECT_EQ(get16(first, 42), 1u);
  ASSERT_EQ(first.size(), 48u + 1448);
  EXPECT_EQ(get16(second, 42), 1448u);
  EXPECT_EQ(get32(first, 44), get32(second, 44));
  EXPECT_EQ(tail(first, 48) + tail(second, 48), reply);
}

}  // namespace
}  // namespace tapstack::net
