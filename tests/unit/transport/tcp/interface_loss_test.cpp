#include "transport/tcp/interface_loss.h"

#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class InterfaceLoss : public ::testing::Test {
 protected:
  void lose(InterfaceId interface) {
    Context c = p.ctx(p.a);
    end_connections_on(p.a.tcp.tables(), c, interface, Error::kNetworkDown);
  }
  Pair p;
  Pair::Ends e = p.establish();
};

TEST_F(InterfaceLoss, EndsAConnectionWithTheErrorAndSendsNothing) {
  p.events(p.a, e.a);
  p.trace.clear();
  lose(p.a.device);
  EXPECT_TRUE(p.events(p.a, e.a).has(Event::kReset));
  EXPECT_EQ(p.state(p.a, e.a), State::kClosed);
  EXPECT_EQ(p.error(p.a, e.a), Error::kNetworkDown);
  p.run(Duration::s(1));
  EXPECT_TRUE(p.trace.empty());
}

TEST_F(InterfaceLoss, WhatWasReceivedCanStillBeRead) {
  p.send(p.b, e.b, "before");
  p.run(Duration::ms(5));
  lose(p.a.device);
  EXPECT_EQ(p.receive(p.a, e.a), "before");
}

TEST_F(InterfaceLoss, EndsAConnectionThatIsBeingMade) {
  const ConnectionId c = p.connect(p.a, p.b, 81);
  lose(p.a.device);
  EXPECT_TRUE(p.events(p.a, c).has(Event::kConnectFailed));
  EXPECT_EQ(p.error(p.a, c), Error::kNetworkDown);
}

TEST_F(InterfaceLoss, GivesTheMemoryOfAClosedOneBack) {
  p.send(p.a, e.a, pattern(5000));
  Context c = p.ctx(p.a);
  ASSERT_TRUE(close(p.a.tcp, c, e.a).ok());
  lose(p.a.device);
  EXPECT_EQ(p.a.tcp.tables().connections.used(), 0u);
}

TEST_F(InterfaceLoss, LeavesOtherInterfacesAlone) {
  lose(InterfaceId{static_cast<uint8_t>(p.a.device.value + 1)});
  p.send(p.b, e.b, "x");
  p.run(Duration::ms(5));
  EXPECT_EQ(p.receive(p.a, e.a), "x");
}

}  // namespace
}  // namespace tapstack::transport::tcp
