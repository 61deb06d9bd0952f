#include "net/icmp6_error.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

class Icmp6ErrorTest : public Net6Test {
 protected:
  // Has a received packet refused; returns the error that goes out.
  Frame refuse(const Frame& packet, Refusal why = Refusal::kPort) {
    Delivery delivery = input(packet);
    EXPECT_TRUE(delivery);
    if (!delivery) return {};
    network_->refuse(ctx_, std::move(delivery.packet), why);
    return sent_without_label();
  }
};

// RFC 4443 2.2 and 3.1.
TEST_F(Icmp6ErrorTest, PortUnreachableQuotesThePacket) {
  const Frame packet = ip6({}, test::hex("d431 0035 000c 0000 61626364"));
  EXPECT_EQ(refuse(packet),
            icmp6_packet({.source = kOurs6, .destination = kPeer6}, 1, 4, 0, packet));
  EXPECT_EQ(counters_.value(Mib::kIcmp6OutDestUnreachs), 1u);
  expect_nothing_held();
}

TEST_F(Icmp6ErrorTest, MessageHasAtMost1280Bytes) {
  const Frame packet = ip6({}, test::pattern(1400));
  const Frame error = refuse(packet);
  ASSERT_EQ(error.size(), 1280u) << "RFC 4443 2.4 (c)";
  EXPECT_EQ(tail(error, 48), head(packet, 1232));
}

TEST_F(Icmp6ErrorTest, NothingIsSaidAboutErrorsAndRedirects) {
  const Frame about = ip6({.source = kOurs6, .destination = kPeer6}, Frame(8));
  EXPECT_TRUE(refuse(icmp6_packet({}, 1, 4, 0, about), Refusal::kProtocol).empty());
  EXPECT_TRUE(refuse(icmp6_packet({}, 100, 0, 0, about), Refusal::kProtocol).empty());
  EXPECT_TRUE(refuse(icmp6_packet({}, 137, 0, 0, about), Refusal::kProtocol).empty());
  EXPECT_EQ(drops(DropReason::kIcmpErrorForbidden), 3u);
}

TEST_F(Icmp6ErrorTest, NothingIsSaidAboutPacketsToGroups) {
  EXPECT_TRUE(refuse(ip6({.destination = Ip6Address::all_nodes()}, Frame(8))).empty());
  EXPECT_EQ(drops(DropReason::kIcmpErrorForbidden), 1u);
}

TEST_F(Icmp6ErrorTest, RateIsLimited) {
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
