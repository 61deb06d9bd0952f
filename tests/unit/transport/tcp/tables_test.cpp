#include "transport/tcp/tables.h"

#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class FindListener : public ::testing::Test {
 protected:
  ListenerId listen(const IpAddress& address, InterfaceId interface = {}) {
    Context c = p.ctx(p.b);
    ListenRequest r;
    r.local = {address, {80}};
    r.interface = interface;
    const auto binding = bind(p.b.tcp, c, {r.local, interface, false, true});
    EXPECT_TRUE(binding.ok());
    r.binding = *binding;
    const auto id = tcp::listen(p.b.tcp, r);
    EXPECT_TRUE(id.ok());
    return *id;
  }
  mem::Index found(InterfaceId interface, uint16_t port = 80, uint16_t from = 4000) {
    const Flow flow{{p.b.address, {port}}, {p.a.address, {from}}};
    return find_listener(p.b.tcp.tables(), flow, interface);
  }
  Pair p;
};

TEST_F(FindListener, TheExactAddressComesBeforeAny) {
  const ListenerId exact = listen(p.b.address);
  const ListenerId any = listen(Ip4Address());
  EXPECT_EQ(found(p.b.device), exact.index);
  Context c = p.ctx(p.b);
  ASSERT_TRUE(close_listener(p.b.tcp, c, exact).ok());
  EXPECT_EQ(found(p.b.device), any.index);
}

TEST_F(FindListener, AnotherAddressOrPortDoesNotFit) {
  listen(Ip4Address::from(10, 0, 0, 77));
  EXPECT_EQ(found(p.b.device), mem::kNoIndex);
  listen(Ip4Address());
  EXPECT_EQ(found(p.b.device, 81), mem::kNoIndex);
}

TEST_F(FindListener, OneBoundToADeviceHearsThatOneOnly) {  // SO_BINDTODEVICE
  const ListenerId bound = listen(Ip4Address(), p.b.device);
  EXPECT_EQ(found(p.b.device), bound.index);
  EXPECT_EQ(found(link::kLoopback), mem::kNoIndex);
}

TEST_F(FindListener, ThoseThatShareAPortShareTheFlows) {  // SO_REUSEPORT
  const ListenerId one = listen(p.b.address);
  const ListenerId other = listen(p.b.address);
  unsigned ones = 0;
  for (uint16_t from = 1000; from < 1200; ++from) {
    const mem::Index index = found(p.b.device, 80, from);
    EXPECT_TRUE(index == one.index || index == other.index);
    EXPECT_EQ(found(p.b.device, 80, from), index);
    ones += index == one.index;
  }
  EXPECT_GT(ones, 60u);
  EXPECT_LT(ones, 140u);
}

TEST(Find, TellsConnectionHalfOpenAndTimeWaitApart) {
  Pair p;
  const Tables& t = p.b.tcp.tables();
  const auto e = p.establish();
  const Flow flow = p.inside(p.b, e.b).flow;
  EXPECT_EQ(find(t, flow).connection, e.b.index);
  Context cb = p.ctx(p.b), ca = p.ctx(p.a);
  ASSERT_TRUE(close(p.b.tcp, cb, e.b).ok());
  p.run(Duration::ms(5));
  ASSERT_TRUE(close(p.a.tcp, ca, e.a).ok());
  p.run(Duration::ms(5));
  EXPECT_NE(find(t, flow).time_wait, mem::kNoIndex);
  p.drop = [](const Seen&) { return true; };
  p.inject(p.b, towards_b(p), header(flag::kSyn, SeqNumber(1)));
  EXPECT_NE(find(t, towards_b(p)).half_open, mem::kNoIndex);
  EXPECT_TRUE(find(t, towards_b(p, 81)).is_none());
}

}  // namespace
}  // namespace tapstack::transport::tcp
