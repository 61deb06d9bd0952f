#include "transport/tcp/path.h"

#include <gtest/gtest.h>

#include <memory>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

net::Route route(uint32_t mtu_bytes, uint32_t path_mtu_bytes = 0) {
  net::Route r;
  r.source = Ip4Address::from(10, 0, 0, 1);
  r.interface_mtu_bytes = mtu_bytes;
  r.mtu_bytes = path_mtu_bytes != 0 ? path_mtu_bytes : mtu_bytes;
  return r;
}

TEST(AdvertisedMss, IsTheMtuLessFixedHeaders) {  // RFC 6691 2, RFC 9293 3.7.1, MUST-67
  EXPECT_EQ(advertised_mss(route(1500), 0), 1460);
  EXPECT_EQ(advertised_mss(route(576), 0), 536);
  EXPECT_EQ(advertised_mss(route(65'535), 0), 65'495);
}

TEST(AdvertisedMss, DoesNotFollowThePathMtu) {  // RFC 9293 SHLD-6
  EXPECT_EQ(advertised_mss(route(1500, 1000), 0), 1460);
}

TEST(AdvertisedMss, TcpMaxsegLowersIt) {
  EXPECT_EQ(advertised_mss(route(1500), 1000), 1000);
  EXPECT_EQ(advertised_mss(route(1500), 9000), 1460);
}

TEST(AdvertisedMss, IsNeverTiny) {
  EXPECT_EQ(advertised_mss(route(68), 0), kConfig.tcp_mss_min_bytes);
}

TEST(UpdateMss, TakesTheLeastOfPeerPathAndProgram) {  // RFC 9293 MUST-16
  auto c = std::make_unique<Connection>();
  c->route = route(1500, 1400);
  c->agreed.peer_mss_bytes = 1460;
  update_mss(*c);
  EXPECT_EQ(c->send_mss_bytes, 1360);
  c->agreed.peer_mss_bytes = 900;
  update_mss(*c);
  EXPECT_EQ(c->send_mss_bytes, 900);
  c->settings.max_segment_bytes = 700;
  update_mss(*c);
  EXPECT_EQ(c->send_mss_bytes, 700);
}

TEST(RefreshRoute, SaysWhenSegmentsHaveBecomeSmaller) {
  Pair p;
  const auto e = p.establish();
  Connection& c = p.inside(p.a, e.a);
  EXPECT_FALSE(refresh_route(c, p.a.network, p.now));
  p.a.network.lower_path_mtu(p.b.address, 1000, p.now);
  EXPECT_TRUE(refresh_route(c, p.a.network, p.now));
  EXPECT_EQ(c.send_mss_bytes, 960);
}

TEST(RefreshRoute, WithoutARouteTheOldOneStays) {
  Pair p;
  const auto e = p.establish();
  Connection& c = p.inside(p.a, e.a);
  Context ctx = p.ctx(p.a);
  ASSERT_TRUE(net::remove_interface(ctx, p.a.network, p.a.device).ok());
  EXPECT_FALSE(refresh_route(c, p.a.network, p.now));
  EXPECT_EQ(c.route.interface, p.a.device);
  EXPECT_EQ(c.soft_error, Error::kNetworkUnreachable);
}

}  // namespace
}  // namespace tapstack::transport::tcp
