// Ports, OPEN, accept.
#include <gtest/gtest.h>

#include <vector>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class UserOpen : public ::testing::Test {
 protected:
  Error connect_error(const Endpoint& remote) {
    Context c = p.ctx(p.a);
    OpenRequest r;
    r.remote = remote;
    const auto id = tcp::connect(p.a.tcp, c, p.a.network, r);
    return id.ok() ? Error::kNone : id.error();
  }
  Result<BindingId> bind(Host& h, uint16_t port, bool reuse) {
    Context c = p.ctx(h);
    return tcp::bind(h.tcp, c, {{h.address, {port}}, {}, reuse, false});
  }
  Result<ListenerId> listen(Host& h, BindingId binding) {
    ListenRequest r;
    r.local = bound_endpoint(h.tcp, binding);
    r.binding = binding;
    return tcp::listen(h.tcp, r);
  }
  void close(Host& h, ConnectionId id) {
    Context c = p.ctx(h);
    ASSERT_TRUE(tcp::close(h.tcp, c, id).ok());
    p.run(Duration::ms(10));
  }
  // b served on port 80, closed first, and ended: its connection is in TIME-WAIT.
  void leave_time_wait(bool reuse) {
    const auto binding = bind(p.b, 80, reuse);
    const ListenerId l = *listen(p.b, *binding);
    const ConnectionId x = p.connect(p.a, p.b, 80);
    p.run(Duration::ms(10));
    const ConnectionId y = p.accept(p.b, l);
    close(p.b, y);
    close(p.a, x);
    Context c = p.ctx(p.b);
    ASSERT_TRUE(close_listener(p.b.tcp, c, l).ok());
    unbind(p.b.tcp, *binding);
    ASSERT_EQ(p.b.tcp.tables().time_waits.used(), 1u);
  }
  Pair p;
};

TEST_F(UserOpen, DestinationsThatCannotBeAreRefusedAtOnce) {  // RFC 9293 MUST-46
  EXPECT_EQ(connect_error({p.b.address, {0}}), Error::kConnectionRefused);
  EXPECT_EQ(connect_error({Ip4Address::limited_broadcast(), {80}}), Error::kNetworkUnreachable);
  EXPECT_EQ(connect_error({Ip4Address::from(10, 0, 0, 255), {80}}), Error::kNetworkUnreachable);
  EXPECT_EQ(connect_error({Ip4Address::from(224, 0, 0, 1), {80}}), Error::kNetworkUnreachable);
  EXPECT_EQ(connect_error({Ip4Address::from(192, 0, 2, 1), {80}}), Error::kNetworkUnreachable);
  EXPECT_EQ(p.a.tcp.tables().connections.used(), 0u);
}

TEST_F(UserOpen, AnEphemeralPortIsOfTheConfiguredRange) {  // RFC 6056
  const ConnectionId c = p.connect(p.a, p.b, 80);
  const uint16_t port = status(p.a.tcp, c)->local.port.value;
  EXPECT_GE(port, kConfig.port_ephemeral_first);
  EXPECT_LE(port, kConfig.port_ephemeral_last);
}

TEST_F(UserOpen, TheSameEndsCannotBeConnectedTwice) {
  p.connect(p.a, p.b, 80, {}, 4000);
  const auto binding = bind(p.a, 4000, true);
  ASSERT_TRUE(binding.ok());
  Context c = p.ctx(p.a);
  OpenRequest r;
  r.remote = {p.b.address, {80}};
  r.binding = *binding;
  EXPECT_EQ(tcp::connect(p.a.tcp, c, p.a.network, r).error(), Error::kAddressNotAvailable);
  r.remote.port = {81};
  EXPECT_TRUE(tcp::connect(p.a.tcp, c, p.a.network, r).ok());
}

TEST_F(UserOpen, WithoutAConnectionToSpareItFailsAndRecovers) {
  std::vector<ConnectionId> all;
  for (size_t i = 0; i < kConfig.tcp_connections; ++i) all.push_back(p.connect(p.a, p.b, 80));
  EXPECT_EQ(connect_error({p.b.address, {80}}), Error::kNoBuffers);
  Context c = p.ctx(p.a);
  ASSERT_TRUE(abort(p.a.tcp, c, all.back()).ok());
  EXPECT_EQ(connect_error({p.b.address, {80}}), Error::kNone);
}

TEST_F(UserOpen, TwoListenersOnOnePortConflict) {
  const auto first = bind(p.b, 80, true);
  const auto second = bind(p.b, 80, true);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_TRUE(listen(p.b, *first).ok());
  EXPECT_EQ(listen(p.b, *second).error(), Error::kAddressInUse);
}

TEST_F(UserOpen, ATimeWaitKeepsThePortFromAServerWithoutReuse) {  // as Linux: EADDRINUSE
  leave_time_wait(false);
  EXPECT_EQ(bind(p.b, 80, false).error(), Error::kAddressInUse);
  EXPECT_EQ(bind(p.b, 80, true).error(), Error::kAddressInUse) << "both must want it";
  p.run(Duration::s(60));
  EXPECT_TRUE(bind(p.b, 80, false).ok());
}

TEST_F(UserOpen, AServerWithReuseListensAgainAtOnce) {  // SO_REUSEADDR
  leave_time_wait(true);
  EXPECT_EQ(bind(p.b, 80, false).error(), Error::kAddressInUse);
  const auto again = bind(p.b, 80, true);
  ASSERT_TRUE(again.ok());
  const auto l = listen(p.b, *again);
  ASSERT_TRUE(l.ok());
  const ConnectionId c = p.connect(p.a, p.b, 80);
  p.run(Duration::ms(10));
  EXPECT_EQ(p.state(p.a, c), State::kEstablished);
  EXPECT_TRUE(p.accept(p.b, *l) != ConnectionId{});
}

TEST_F(UserOpen, TheBacklogIsClamped) {
  const ListenerId l = p.listen(p.b, 80, 0);
  EXPECT_EQ(listener_status(p.b.tcp, l)->backlog, 1u);
  ASSERT_TRUE(set_backlog(p.b.tcp, l, 1'000'000).ok());
  EXPECT_EQ(listener_status(p.b.tcp, l)->backlog, kConfig.tcp_backlog_max);
}

TEST_F(UserOpen, AcceptTakesThemInTheOrderOfCompletion) {
  const ListenerId l = p.listen(p.b, 80);
  EXPECT_EQ(accept(p.b.tcp, l, {}).error(), Error::kWouldBlock);
  for (uint16_t port : {4001, 4002}) {
    p.connect(p.a, p.b, 80, {}, port);
    p.run(Duration::ms(10));
  }
  EXPECT_EQ(status(p.b.tcp, p.accept(p.b, l))->remote.port.value, 4001);
  EXPECT_EQ(status(p.b.tcp, p.accept(p.b, l))->remote.port.value, 4002);
}

TEST_F(UserOpen, ClosingAListenerResetsWhatNobodyAccepted) {
  const ListenerId l = p.listen(p.b, 80);
  const ConnectionId c = p.connect(p.a, p.b, 80);
  p.run(Duration::ms(10));
  Context ctx = p.ctx(p.b);
  ASSERT_TRUE(close_listener(p.b.tcp, ctx, l).ok());
  p.run(Duration::ms(10));
  EXPECT_EQ(p.error(p.a, c), Error::kConnectionReset);
  EXPECT_EQ(p.b.tcp.tables().connections.used(), 0u);
  EXPECT_EQ(close_listener(p.b.tcp, ctx, l).error(), Error::kBadHandle);
}

}  // namespace
}  // namespace tapstack::transport::tcp
