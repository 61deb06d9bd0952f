#include "net/ip_output.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

// Of IPv4, which has the same way, in ip4_output_test.cpp.
class IpOutput6Test : public Net6Test {
 protected:
  Frame sent_after(const Frame& payload, const IpAddress& to, const SendParams& params = {}) {
    EXPECT_TRUE(send(payload, to, params).ok());
    return sent();
  }
};

TEST_F(IpOutput6Test, HopLimitIsTheLinksOrOneForGroups) {
  EXPECT_EQ(sent_after(Frame(16), kPeer6).at(7), 64);
  parts().links.at(ts0_).hop_limit = 17;
  EXPECT_EQ(sent_after(Frame(16), kPeer6).at(7), 17);
  EXPECT_EQ(sent_after(Frame(16), IpAddress(Ip6Address::all_nodes(), ts0_)).at(7), 1);
}

TEST_F(IpOutput6Test, TooLargeIsRefusedWhenItMayNotBeCut) {
  EXPECT_TRUE(send(Frame(1460), kPeer6, {.dont_fragment = true}).ok());
  EXPECT_EQ(send(Frame(1461), kPeer6, {.dont_fragment = true}).error(), Error::kMessageTooLong);
  EXPECT_EQ(counters_.value(Mib::kIp6OutDiscards), 1u);
}

// RFC 8200 5.
TEST_F(IpOutput6Test, PathMtuCutsWhatTheLinkWouldTake) {
  parts().path_mtus.lower(kPeer6, 1300, ctx_.now);
  EXPECT_EQ(sent_after(Frame(1400), kPeer6).size(), 1296u);
  EXPECT_EQ(sent()[6], 44);
  EXPECT_EQ(sent_after(Frame(1400), kPeer6, {.ignore_path_mtu = true}).size(), 1440u);
}

TEST_F(IpOutput6Test, MtuThatARouterAdvertisedHolds) {
  parts().links.at(ts0_).mtu_bytes = 1280;
  EXPECT_EQ(network_->route(kPeer6, IpAddress(), InterfaceId{}, ctx_.now)->mtu_bytes, 1280u);
  EXPECT_EQ(sent_after(Frame(1300), kPeer6).size(), 1280u);
}

TEST_F(IpOutput6Test, DestinationWithoutFamilyIsRefused) {
  EXPECT_EQ(ip_output(ctx_, parts(), packet_of(Frame(8)), Route{}, {}).error(), Error::kInvalid);
  EXPECT_EQ(drops(DropReason::kIpNoRoute), 1u);
}

TEST_F(IpOutput6Test, EachFamilyHasItsCounters) {
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {kOurs, 24}).ok());
  ASSERT_TRUE(send(Frame(8), kPeer).ok());
  EXPECT_EQ(counters_.value(Mib::kIpOutRequests), 1u);
  EXPECT_EQ(counters_.value(Mib::kIp6OutRequests), 0u);
  ASSERT_TRUE(send(Frame(8), kPeer6).ok());
  EXPECT_EQ(counters_.value(Mib::kIpOutRequests), 1u);
  EXPECT_EQ(counters_.value(Mib::kIp6OutRequests), 1u);
}

}  // namespace
}  // namespace tapstack::net
