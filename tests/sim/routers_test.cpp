// Hosts on a link with routers that come, change and go: RFC 4861, RFC 4862, RFC 8106 seen from a
// whole stack.
#include <gtest/gtest.h>

#include <array>

#include "tests/sim/segment6.h"

namespace tapstack::sim {
namespace {

constexpr Port kPort{7};

class RoutersTest : public testing::Test {
 protected:
  using Text = std::array<uint8_t, 1>;

  // A host whose addresses are ready, and what `router` says known to it.
  SegmentHost& host_that_heard(const Router6& router, const RouterAdvertisement& says,
                               uint8_t number = 2) {
    SegmentHost& host = segment_.add_host(number);
    segment_.run(Duration::s(3));
    segment_.say(router.advertisement(says));
    segment_.run(Duration::s(3));
    return host;
  }
  SocketId open(SegmentHost& host, SocketKind kind) {
    return api::open(*host, segment_.now(), Family::kIp6, kind, 0).value();
  }
  // One datagram to `far_`, after which `span` passes.
  Status send(SegmentHost& host, Duration span = Duration::s(1), size_t bytes = 1) {
    const SocketId socket = open(host, SocketKind::kUdp);
    DatagramInfo to;
    to.peer = {far_, kPort};
    const std::vector<uint8_t> text(bytes);
    const ConstBytes part = text;
    const auto sent = api::send(*host, segment_.now(), socket, {&part, 1}, to, {});
    static_cast<void>(api::close(*host, segment_.now(), socket));
    segment_.run(span);
    return sent.ok() ? Status() : Status(sent.error());
  }
  // The address that a new conversation with `far_` is held from.
  IpAddress source_of_new(SegmentHost& host) {
    const SocketId socket = open(host, SocketKind::kUdp);
    if (!api::connect(*host, segment_.now(), socket, {far_, kPort}).ok()) return {};
    const IpAddress source = api::local_endpoint(*host, socket)->address;
    static_cast<void>(api::close(*host, segment_.now(), socket));
    return source;
  }
  bool has_address(const SegmentHost& host, const Ip6Address& address) const {
    return api::address_state(*host, host.device, address).ok();
  }

  Segment6 segment_{Instant::from_us(1'000'000'000)};
  Ip6Address far_ = Ip6Address::from(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 9);
  const Ip6Address old_ = Ip6Address::from(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0);
  const Ip6Address new_ = Ip6Address::from(0x2001, 0xdb8, 2, 0, 0, 0, 0, 0);
};

TEST_F(RoutersTest, AfterRenumberingOldConnectionsLiveOnAndNewOnesUseTheNewPrefix) {
  Router6& router = segment_.add_router(1);
  SegmentHost& client = segment_.add_host(2);
  SegmentHost& server = host_that_heard(router, {.prefixes = {{old_}}}, 3);
  const SocketId listener = open(server, SocketKind::kTcp);
  ASSERT_TRUE(api::bind(*server, segment_.now(), listener, {Ip6Address::any(), kPort}).ok());
  ASSERT_TRUE(api::listen(*server, segment_.now(), listener, 1).ok());
  const SocketId connection = open(client, SocketKind::kTcp);
  const Endpoint peer{server.address_in(old_), kPort};
  static_cast<void>(api::connect(*client, segment_.now(), connection, peer));
  segment_.run(Duration::s(1));
  const auto accepted = api::accept(*server, segment_.now(), listener);
  ASSERT_TRUE(accepted.ok());
  ASSERT_EQ(accepted->peer.address, IpAddress(client.address_in(old_)));

  // RFC 4862 5.5.4: the old prefix is deprecated.
  segment_.say(router.advertisement({.prefixes = {{old_, 7200, 0}, {new_}}}));
  segment_.run(Duration::s(3));
  EXPECT_EQ(source_of_new(client), IpAddress(client.address_in(new_)));
  Text text{'x'};
  const ConstBytes out = text;
  ASSERT_TRUE(api::send(*client, segment_.now(), connection, {&out, 1}, {}, {}).ok());
  segment_.run(Duration::s(1));
  const Bytes in = text;
  EXPECT_EQ(api::receive(*server, segment_.now(), accepted->id, {&in, 1}, {}, nullptr).value(), 1u);
}

TEST_F(RoutersTest, NoAdvertisementEndsAnAddressWithinTwoHours) {  // RFC 4862 5.5.3 (e)
  Router6& router = segment_.add_router(1);
  SegmentHost& host = host_that_heard(router, {.prefixes = {{old_}}});
  segment_.say(router.advertisement({.prefixes = {{old_, 0, 0}}}));
  segment_.run(Duration::s(7199));
  EXPECT_TRUE(has_address(host, host.address_in(old_)));
  segment_.run(Duration::s(2));
  EXPECT_FALSE(has_address(host, host.address_in(old_)));
}

TEST_F(RoutersTest, AnotherRouterIsTakenWhenTheFirstOneDisappears) {  // RFC 4861 7.3.3, 6.3.6
  std::array<Router6*, 2> routers{&segment_.add_router(1), &segment_.add_router(2)};
  SegmentHost& host = host_that_heard(*routers[0], {.prefixes = {{old_}}});
  segment_.say(routers[1]->advertisement({}));
  ASSERT_TRUE(send(host).ok());
  if (routers[0]->take_forwarded().empty()) std::swap(routers[0], routers[1]);
  routers[1]->take_forwarded();
  // The one that it uses is confirmed for up to 45 s, then doubted, then asked three times.
  routers[0]->die();
  for (int i = 0; i < 45 + 5 + 3; ++i) ASSERT_TRUE(send(host).ok());
  routers[1]->take_forwarded();
  ASSERT_TRUE(send(host).ok());
  EXPECT_EQ(routers[1]->take_forwarded().size(), 1u);
}

TEST_F(RoutersTest, OnlyRouterIsSentToThoughItDoesNotAnswer) {  // RFC 7048 3
  Router6& router = segment_.add_router(1);
  SegmentHost& host = host_that_heard(router, {.prefixes = {{old_}}});
  ASSERT_TRUE(send(host).ok());
  router.die();
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(send(host).ok());
  EXPECT_EQ(router.take_forwarded().size(), 1u);
}

TEST_F(RoutersTest, DestinationsAreSharedBetweenEqualRouters) {  // RFC 4311 3
  Router6& first = segment_.add_router(1);
  Router6& second = segment_.add_router(2);
  SegmentHost& host = host_that_heard(first, {.prefixes = {{old_}}});
  segment_.say(second.advertisement({}));
  for (uint8_t i = 1; i <= 32; ++i) {
    far_.octets[15] = i;
    ASSERT_TRUE(send(host).ok());
  }
  const size_t by_first = first.take_forwarded().size();
  const size_t by_second = second.take_forwarded().size();
  EXPECT_EQ(by_first + by_second, 32u);
  EXPECT_GE(by_first, 4u);
  EXPECT_GE(by_second, 4u);
}

TEST_F(RoutersTest, RedirectIsFollowedUntilItsTargetDisappears) {  // RFC 4861 8.3, 7.3.3
  Router6& first = segment_.add_router(1);
  Router6& better = segment_.add_router(2);
  SegmentHost& host = host_that_heard(first, {.prefixes = {{old_}}});
  ASSERT_TRUE(send(host).ok());
  ASSERT_EQ(first.take_forwarded().size(), 1u);
  segment_.say(first.redirect(host.address_in(old_), far_, better));
  ASSERT_TRUE(send(host).ok());
  ASSERT_EQ(better.take_forwarded().size(), 1u);
  better.die();
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(send(host).ok());
  first.take_forwarded();
  ASSERT_TRUE(send(host).ok());
  EXPECT_EQ(first.take_forwarded().size(), 1u);
}

TEST_F(RoutersTest, LifetimeOfZeroLeavesNoWayOut) {  // RFC 4861 6.3.4
  Router6& router = segment_.add_router(1);
  SegmentHost& host = host_that_heard(router, {.prefixes = {{old_}}});
  ASSERT_TRUE(send(host).ok());
  segment_.say(router.advertisement({.lifetime_s = 0}));
  EXPECT_EQ(send(host).error(), Error::kNetworkUnreachable);
  EXPECT_EQ(host.counter("Ip6OutNoRoutes"), 1u);
}

TEST_F(RoutersTest, DatagramsAreCountedApartFromThoseOfIp4) {  // as /proc/net/snmp6
  Router6& router = segment_.add_router(1);
  SegmentHost& host = host_that_heard(router, {.prefixes = {{old_}}});
  far_ = host.address_in(old_);
  ASSERT_TRUE(send(host).ok());
  EXPECT_EQ(host.counter("Udp6OutDatagrams"), 1u);
  EXPECT_EQ(host.counter("Udp6NoPorts"), 1u) << "it comes back over loopback";
  EXPECT_EQ(host.counter("UdpOutDatagrams") + host.counter("UdpNoPorts"), 0u);
}

TEST_F(RoutersTest, AdvertisedMtuIsKept) {  // RFC 4861 6.3.4
  Router6& router = segment_.add_router(1);
  SegmentHost& host = host_that_heard(router, {.prefixes = {{old_}}, .mtu_bytes = 1300});
  ASSERT_TRUE(send(host, Duration::s(1), 4000).ok());
  EXPECT_GT(router.take_forwarded().size(), 3u);
  EXPECT_LE(host.longest_frame, 14u + 1300);
}

TEST_F(RoutersTest, NameServersLiveAsLongAsAdvertised) {  // RFC 8106 5.1
  Router6& router = segment_.add_router(1);
  SegmentHost& host = host_that_heard(router, {.dns = far_, .dns_lifetime_s = 60});
  EXPECT_EQ(api::dns_server_at(*host, segment_.now(), 0).value(), IpAddress(far_));
  segment_.run(Duration::s(60));
  EXPECT_FALSE(api::dns_server_at(*host, segment_.now(), 0).ok());
}

// RFC 4862 5.4.3: who hears the other's probe while it is still probing gives the address up.
TEST_F(RoutersTest, OfTwoHostsThatWantOneAddressAtOnceOneGetsItAtMost) {
  const std::array<SegmentHost*, 2> hosts{&segment_.add_host(2), &segment_.add_host(3)};
  segment_.run(Duration::s(3));
  const Ip6Address wanted = Ip6Address::from(0xfd00, 0, 0, 0, 0, 0, 0, 5);
  for (SegmentHost* host : hosts) {
    ASSERT_TRUE(api::add_address(**host, segment_.now(), host->device, {wanted, 64}).ok());
  }
  segment_.run(Duration::s(3));
  int duplicates = 0;
  for (SegmentHost* host : hosts) {
    const auto state = api::address_state(**host, host->device, wanted);
    duplicates += state.value() == api::AddressState::kDuplicate;
  }
  EXPECT_GE(duplicates, 1);
}

TEST_F(RoutersTest, AddressStaysWithWhoHadItFirst) {  // RFC 4862 5.4.4
  SegmentHost& first = segment_.add_host(2);
  SegmentHost& second = segment_.add_host(3);
  const Ip6Address wanted = Ip6Address::from(0xfd00, 0, 0, 0, 0, 0, 0, 5);
  ASSERT_TRUE(api::add_address(*first, segment_.now(), first.device, {wanted, 64}).ok());
  segment_.run(Duration::s(3));
  ASSERT_TRUE(api::add_address(*second, segment_.now(), second.device, {wanted, 64}).ok());
  segment_.run(Duration::s(3));
  EXPECT_EQ(api::address_state(*first, first.device, wanted).value(),
            api::AddressState::kPreferred);
  EXPECT_EQ(api::address_state(*second, second.device, wanted).value(),
            api::AddressState::kDuplicate);
}

}  // namespace
}  // namespace tapstack::sim
