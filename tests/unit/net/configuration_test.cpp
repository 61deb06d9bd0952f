#include "net/configuration.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

class ConfigurationTest : public NetTest {
 protected:
  void set_up(bool is_up) {
    link::InterfaceSettings settings = link::device_settings();
    settings.is_up = is_up;
    EXPECT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  }
  Frame announcement(const MacAddress& mac = kOurMac) {
    return link::ethernet(MacAddress::broadcast(), mac, 0x0806,
                          link::arp({.sender_mac = mac, .sender = kOurs, .target = kOurs}));
  }
};

TEST_F(ConfigurationTest, NewAddressIsAnnounced) {
  const Ip4Address second = Ip4Address::from(10, 10, 10, 3);
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {second, 24}).ok());
  EXPECT_EQ(sent(),
            link::ethernet(MacAddress::broadcast(), kOurMac, 0x0806,
                           link::arp({.sender_mac = kOurMac, .sender = second, .target = second})));
}

TEST_F(ConfigurationTest, GoingDownFlushesEverythingLearnt) {
  learn_peer();
  ASSERT_TRUE(send(Frame(8), kPeer).ok());
  ASSERT_TRUE(send(Frame(8), kAbsent).ok());
  parts().path_mtus.lower(kFar, 1400, ctx_.now);
  ASSERT_TRUE(parts().routes.redirect(kFar, kAbsent, ts0_).ok());
  EXPECT_FALSE(input(ip4({.fragment = kMf}, Frame(16))));
  set_up(false);
  EXPECT_EQ(parts().neighbours.used(), 0u);
  EXPECT_EQ(parts().path_mtus.used(), 0u);
  EXPECT_EQ(parts().reassembly.used(), 0u);
  EXPECT_EQ(parts().routes.entries().size(), 1u) << "the configured one stays";
  EXPECT_TRUE(timers_->next_deadline().is_never());
  expect_nothing_held();
}

TEST_F(ConfigurationTest, ComingUpAnnouncesAndWorksAgain) {
  set_up(false);
  EXPECT_FALSE(input(ip4({}, Frame(8))));
  set_up(true);
  EXPECT_EQ(sent(), announcement());
  EXPECT_TRUE(input(ip4({}, Frame(8))));
}

TEST_F(ConfigurationTest, NewMacIsAnnouncedAndFiltered) {
  link::InterfaceSettings settings = link::device_settings();
  settings.mac = kOtherMac;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  EXPECT_EQ(sent(), announcement(kOtherMac));
  EXPECT_FALSE(input(ip4({}, Frame(8)), kOurMac));
  EXPECT_TRUE(input(ip4({}, Frame(8)), kOtherMac));
}

TEST_F(ConfigurationTest, NewMtuCountsAtOnce) {
  link::InterfaceSettings settings = link::device_settings();
  settings.mtu_bytes = 1000;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  EXPECT_TRUE(sent().empty()) << "nothing to announce";
  EXPECT_EQ(network_->route(kPeer, {}, {}, ctx_.now)->mtu_bytes, 1000u);
}

TEST_F(ConfigurationTest, RemovedInterfaceTakesItsRoutesAndGroupsAlong) {
  ASSERT_TRUE(parts().groups.join({ts0_, Ip4Address::from(239, 0, 0, 1)}).ok());
  ASSERT_TRUE(remove_interface(ctx_, *network_, ts0_).ok());
  EXPECT_TRUE(parts().routes.entries().empty());
  EXPECT_TRUE(parts().groups.groups().empty());
  EXPECT_EQ(network_->interface(ts0_), nullptr);
  EXPECT_FALSE(input(ip4({}, Frame(8))));
  EXPECT_EQ(drops(DropReason::kInterfaceUnknown), 1u);
}

TEST_F(ConfigurationTest, LoopbackStaysButMayGoDown) {
  EXPECT_EQ(remove_interface(ctx_, *network_, link::kLoopback).error(), Error::kInvalid);
  link::InterfaceSettings settings = network_->interface(link::kLoopback)->settings;
  settings.is_up = false;
  ASSERT_TRUE(change_interface(ctx_, *network_, link::kLoopback, settings).ok());
  EXPECT_EQ(network_->route(kOurs, {}, {}, ctx_.now).error(), Error::kNetworkDown);
}

TEST_F(ConfigurationTest, GatewayMustBeOnLink) {
  const Prefix net{Ip4Address::from(198, 51, 100, 0), 24};
  EXPECT_EQ(add_route(*network_, net, kFar, {}).error(), Error::kNetworkUnreachable);
  EXPECT_EQ(add_route(*network_, net, IpAddress(), {}).error(), Error::kNoDevice);
  EXPECT_EQ(add_route(*network_, net, kPeer, InterfaceId{9}).error(), Error::kNoDevice);
  EXPECT_TRUE(add_route(*network_, net, kPeer, {}).ok());
}

TEST_F(ConfigurationTest, GatewayMayBeOnLinkByARouteWithoutGateway) {  // RFC 3442
  const Ip4Address router = Ip4Address::from(192, 0, 2, 1);
  const Prefix there{Ip4Address::from(198, 51, 100, 0), 24};
  EXPECT_EQ(add_route(*network_, there, router, ts0_).error(), Error::kNetworkUnreachable);
  ASSERT_TRUE(add_route(*network_, {router, 32}, IpAddress(), ts0_).ok());
  EXPECT_TRUE(add_route(*network_, there, router, ts0_).ok());
}

TEST_F(ConfigurationTest, LifetimesDeprecateAndRemoveAnAddress) {  // RFC 4862 5.5.4
  const IpAddress address = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7);
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {address, 128}).ok());
  const Instant now = ctx_.now;
  ASSERT_TRUE(
      set_lifetimes(ctx_, *network_, ts0_, address, now + Duration::s(100), now + Duration::s(200))
          .ok());
  const auto state = [&] { return parts().interfaces.find(ts0_)->find_address(address); };
  run_until(now + Duration::s(101));
  ASSERT_NE(state(), nullptr);
  EXPECT_EQ(state()->state, link::AddressState::kDeprecated);
  run_until(now + Duration::s(201));
  EXPECT_EQ(state(), nullptr);
}

TEST_F(ConfigurationTest, GroupWithoutInterfaceIsJoinedWhereItsPacketsWouldGo) {
  const Ip4Address group = Ip4Address::from(239, 0, 0, 1);
  EXPECT_EQ(*interface_of_group(*network_, {}, group, ctx_.now), ts0_);
  EXPECT_EQ(*interface_of_group(*network_, link::kLoopback, group, ctx_.now), link::kLoopback);
  EXPECT_EQ(interface_of_group(*network_, InterfaceId{9}, group, ctx_.now).error(),
            Error::kNoDevice);
}

}  // namespace
}  // namespace tapstack::net
