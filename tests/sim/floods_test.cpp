// What an attacker on the link can make a host do: each of it is bounded, counted, and over when
// the flood is.
#include <gtest/gtest.h>

#include "tests/sim/segment6.h"

namespace tapstack::sim {
namespace {

constexpr MacAddress kAttacker{{2, 0, 0, 0, 2, 1}};
constexpr uint32_t kFrames = 3'000;  // more than any table of a host has entries

class FloodsTest : public testing::Test {
 protected:
  FloodsTest() : router_(segment_.add_router(1)), host_(segment_.add_host(2)) {
    segment_.run(Duration::s(3));
    segment_.say(router_.advertisement({.prefixes = {{prefix_}}}));
    segment_.run(Duration::s(3));
  }

  static Ip6Address nth(uint32_t n) {
    return Ip6Address::from(0xfe80, 0, 0, 0, 0, 9, static_cast<uint16_t>(n >> 16),
                            static_cast<uint16_t>(n));
  }
  Envelope6 to_host(const Ip6Address& from) const {
    return {kAttacker, MacAddress{{2, 0, 0, 0, 0, 2}}, from, host_.link_local(), 255};
  }
  void expect_pools_not_full() const {
    for (size_t n = 0;; ++n) {
      const auto pool = api::pool_at(*host_, n);
      if (!pool.ok()) return;
      EXPECT_LE(pool->used, pool->capacity) << pool->name;
    }
  }
  // The host still talks to the world by way of its router.
  void expect_alive() {
    segment_.run(Duration::s(10));
    router_.take_forwarded();
    const auto socket = api::open(*host_, segment_.now(), Family::kIp6, SocketKind::kUdp, 0);
    ASSERT_TRUE(socket.ok());
    DatagramInfo to;
    to.peer = {Ip6Address::from(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 9), Port{7}};
    const uint8_t text = 'x';
    const ConstBytes part(&text, 1);
    ASSERT_TRUE(api::send(*host_, segment_.now(), *socket, {&part, 1}, to, {}).ok());
    segment_.run(Duration::s(1));
    EXPECT_EQ(router_.take_forwarded().size(), 1u);
  }

  Segment6 segment_{Instant::from_us(1'000'000'000)};
  const Ip6Address prefix_ = Ip6Address::from(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0);
  Router6& router_;
  SegmentHost& host_;
};

TEST_F(FloodsTest, SolicitationsOfManyNeighboursEvictOnlyTheOldest) {
  for (uint32_t n = 0; n < kFrames; ++n) {
    std::vector<uint8_t> message{135, 0, 0, 0, 0, 0, 0, 0};
    const Ip6Address target = host_.link_local();
    message.insert(message.end(), target.octets.begin(), target.octets.end());
    message.insert(message.end(), {1, 1, 2, 0, 0, 0, 2, 1});
    segment_.say(icmp6_frame(to_host(nth(n)), std::move(message)));
  }
  expect_pools_not_full();
  expect_alive();
}

// Each of them would have to be resolved: RFC 6583.
TEST_F(FloodsTest, EchoesOfNeighboursThatDoNotExistEndWithTheirTimeOut) {
  for (uint32_t n = 0; n < kFrames; ++n) {
    segment_.say(icmp6_frame(to_host(nth(n)), {128, 0, 0, 0, 0, 1, 0, 1}));
  }
  expect_pools_not_full();
  EXPECT_GT(host_.counter("drop.neighbour_table_full"), 0u);
  expect_alive();
}

// RFC 6583, by ourselves: the router stays known all the while.
TEST_F(FloodsTest, ScanByAProgramLeavesTheRouterKnown) {
  expect_alive();
  const auto socket = api::open(*host_, segment_.now(), Family::kIp6, SocketKind::kUdp, 0);
  ASSERT_TRUE(socket.ok());
  const uint8_t text = 'x';
  const ConstBytes part(&text, 1);
  DatagramInfo to;
  for (uint32_t n = 0; n < 10'000; ++n) {
    to.peer = {Ip6Address::from(0x2001, 0xdb8, 1, 0, 0, 0, 9, static_cast<uint16_t>(n)), Port{7}};
    (void)api::send(*host_, segment_.now(), *socket, {&part, 1}, to, {});
    if (n % 100 == 0) segment_.run(Duration::ms(1));
  }
  EXPECT_GT(host_.counter("drop.neighbour_table_full"), 0u);
  expect_pools_not_full();
  segment_.run(Duration::ms(1));
  router_.take_forwarded();
  const size_t frames_before = host_.frames_sent;
  to.peer = {Ip6Address::from(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 9), Port{7}};
  ASSERT_TRUE(api::send(*host_, segment_.now(), *socket, {&part, 1}, to, {}).ok());
  segment_.run(Duration::us(1));
  EXPECT_EQ(router_.take_forwarded().size(), 1u);
  EXPECT_EQ(host_.frames_sent, frames_before + 1) << "it was not asked for first";
}

TEST_F(FloodsTest, AdvertisementsOfManyRoutersAndPrefixesLeaveRoomForGivenRoutes) {
  for (uint16_t n = 0; n < kFrames; ++n) {
    const Router6 forged(static_cast<uint8_t>(n));
    const Ip6Address prefix = Ip6Address::from(0x2001, 0xdb8, 9, n, 0, 0, 0, 0);
    segment_.say(forged.advertisement({.prefixes = {{prefix}}}));
  }
  segment_.run(Duration::s(3));
  EXPECT_TRUE(api::add_route(*host_, {Ip6Address::from(0x2001, 0xdb8, 8, 0, 0, 0, 0, 0), 48},
                             {router_.address(), host_.device}, host_.device)
                  .ok());
  expect_pools_not_full();
}

TEST_F(FloodsTest, ForgedRedirectsLeaveRoomForGivenRoutes) {
  const Router6 forged(9);
  for (uint16_t n = 0; n < kFrames; ++n) {
    const Ip6Address destination = Ip6Address::from(0x2001, 0xdb8, 9, 0, 0, 0, 0, n);
    segment_.say(router_.redirect(host_.link_local(), destination, forged));
  }
  EXPECT_TRUE(api::add_route(*host_, {Ip6Address::from(0x2001, 0xdb8, 8, 0, 0, 0, 0, 0), 48},
                             {router_.address(), host_.device}, host_.device)
                  .ok());
  expect_alive();
}

TEST_F(FloodsTest, ErrorsAreLimitedInRate) {  // RFC 4443 2.4 (f)
  const uint64_t sent_before = host_.counter("Icmp6OutParmProblems");
  for (uint32_t n = 0; n < kFrames; ++n) {
    // Hop-by-hop options with one of type 0x9f, which nobody knows.
    segment_.say(icmp6_frame(to_host(router_.address()), {128, 0, 0, 0, 0, 1, 0, 1},
                             {58, 0, 0x9f, 0, 1, 2, 0, 0}, 0));
  }
  const uint64_t sent = host_.counter("Icmp6OutParmProblems") - sent_before;
  EXPECT_GT(sent, 0u);
  EXPECT_LT(sent, kFrames / 10);
  EXPECT_EQ(host_.counter("drop.ip6_unknown_option"), kFrames);
  EXPECT_EQ(host_.counter("Icmp6OutRateLimitHost"), kFrames - sent);
  expect_alive();
}

TEST_F(FloodsTest, QueriesOfGroupsAreAnsweredTogether) {  // RFC 3810 6.2
  const uint64_t before = host_.counter("Icmp6InGroupMembQueries");
  const size_t frames_before = host_.frames_sent;
  for (uint32_t n = 0; n < kFrames; ++n) {
    std::vector<uint8_t> query{130, 0, 0, 0, 0, 100, 0, 0};
    query.resize(24);
    query.insert(query.end(), {2, 125, 0, 0});
    segment_.say(icmp6_frame({kAttacker, MacAddress{{0x33, 0x33, 0, 0, 0, 1}}, router_.address(),
                              Ip6Address::all_nodes(), 1},
                             std::move(query), {58, 0, 5, 2, 0, 0, 1, 0}, 0));
  }
  segment_.run(Duration::s(1));
  EXPECT_EQ(host_.counter("Icmp6InGroupMembQueries") - before, kFrames);
  EXPECT_GE(host_.frames_sent, frames_before + 1);
  EXPECT_LE(host_.frames_sent, frames_before + 3);
}

TEST_F(FloodsTest, FragmentsThatNeverEndGiveWayToOneAnother) {
  for (uint32_t n = 0; n < kFrames; ++n) {
    const auto id = static_cast<uint8_t>(n);
    const auto id_high = static_cast<uint8_t>(n >> 8);
    segment_.say(icmp6_frame(to_host(router_.address()), std::vector<uint8_t>(1400, 128),
                             {58, 0, 0, 1, 0, 0, id_high, id}, 44));
  }
  expect_pools_not_full();
  EXPECT_GT(host_.counter("drop.reassembly_evicted"), 0u);
  expect_alive();
}

}  // namespace
}  // namespace tapstack::sim
