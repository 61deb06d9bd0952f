#include "transport/tcp/fast_open_connect.h"

#include <gtest/gtest.h>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

// RFC 7413 4.2.1: a client, and a server that lets text in with the SYN.
class FastOpenConnectTest : public ::testing::Test {
 protected:
  FastOpenConnectTest() {
    Settings server;
    server.fast_open_queue = 8;
    server.fast_open_no_cookie = true;
    listener = p.listen(p.b, 80, 8, server);
    ask.fast_open_connect = true;
  }
  const FastOpenServer* known() {
    return p.a.tcp.tables().fast_open_cache.find(IpAddress(p.b.address));
  }
  Pair p;
  ListenerId listener;
  Settings ask;
};

TEST_F(FastOpenConnectTest, WithoutACookieTheSynAsksForOneAtOnce) {
  const ConnectionId c = p.connect(p.a, p.b, 80, ask);
  EXPECT_FALSE(status(p.a.tcp, c)->is_deferred);
  p.run(Duration::ms(5));
  ASSERT_FALSE(p.trace.empty());
  ASSERT_TRUE(p.trace[0].options.fast_open);
  EXPECT_TRUE(p.trace[0].options.fast_open->is_request());
  EXPECT_FALSE(p.trace[0].options.fast_open->is_experimental);
}

TEST_F(FastOpenConnectTest, WhoNeedsNoCookieSendsTextToAStranger) {
  ask.fast_open_no_cookie = true;
  const ConnectionId c = p.connect(p.a, p.b, 80, ask);
  EXPECT_TRUE(status(p.a.tcp, c)->is_deferred);
  p.send(p.a, c, "hello");
  p.run(Duration::ms(5));
  ASSERT_FALSE(p.trace.empty());
  EXPECT_EQ(p.trace[0].text, 5u);
  EXPECT_FALSE(p.trace[0].options.fast_open);
  EXPECT_EQ(p.receive(p.b, p.accept(p.b, listener)), "hello");
}

TEST_F(FastOpenConnectTest, TheSynLeavesRoomForAllOptions) {
  ask.fast_open_no_cookie = true;
  const ConnectionId c = p.connect(p.a, p.b, 80, ask);
  EXPECT_EQ(p.send(p.a, c, pattern(5000)), 1460u - 40u);
  EXPECT_EQ(p.send(p.a, c, pattern(5000)), 0u);
}

TEST_F(FastOpenConnectTest, AServerThatGivesNoCookieIsAskedByTheOtherOptionNextTime) {  // RFC 6994
  p.connect(p.a, p.b, 80, ask);  // this server takes any SYN, and gives none
  p.run(Duration::ms(5));
  ASSERT_NE(known(), nullptr);
  EXPECT_EQ(known()->mss_bytes, 1460);
  p.trace.clear();
  p.connect(p.a, p.b, 80, ask);
  p.run(Duration::ms(5));
  ASSERT_FALSE(p.trace.empty());
  ASSERT_TRUE(p.trace[0].options.fast_open);
  EXPECT_TRUE(p.trace[0].options.fast_open->is_experimental);
}

}  // namespace
}  // namespace tapstack::transport::tcp
