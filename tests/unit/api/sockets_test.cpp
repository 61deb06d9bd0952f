#include "api/sockets.h"

#include <string>

#include "tests/unit/api/api_test.h"

namespace tapstack::api {
namespace {

// What each call answers is tested in tests/unit/socket; here, that it is handed on with all of its
// arguments.
class Sockets : public ApiTest {
 protected:
  static Endpoint self(uint16_t port) { return {Ip4Address::loopback(), Port{port}}; }
  SocketId make(SocketKind kind, uint8_t protocol = 0) {
    return *open(stack_, kStart, Family::kIp4, kind, protocol);
  }
  Result<size_t> write(SocketId id, std::string_view text, const DatagramInfo& to = {}) {
    const Octets bytes(text.begin(), text.end());
    const ConstBytes parts[] = {bytes};
    return send(stack_, kStart, id, parts, to, {});
  }
  std::string read(SocketId id, const ReceiveOptions& options = {}, DatagramInfo* info = nullptr) {
    Octets bytes(1000);
    const Bytes parts[] = {Bytes(bytes).first(3), Bytes(bytes).subspan(3)};
    const auto n = receive(stack_, kStart, id, parts, options, info);
    return n.ok() ? std::string(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(*n))
                  : "error";
  }
  // Lets loopback traffic arrive.
  void settle() {
    while (next_deadline(stack_) <= kStart) poll(stack_, kStart);
  }
};

TEST_F(Sockets, AStreamCarriesBytesFromConnectToClose) {
  const SocketId listener = make(SocketKind::kTcp);
  ASSERT_TRUE(bind(stack_, kStart, listener, self(80)).ok());
  ASSERT_TRUE(listen(stack_, kStart, listener, 3).ok());
  const SocketId client = make(SocketKind::kTcp);
  ASSERT_EQ(connect(stack_, kStart, client, self(80)).error(), Error::kInProgress);
  settle();
  const auto accepted = accept(stack_, kStart, listener);
  ASSERT_TRUE(accepted.ok());
  EXPECT_EQ(accepted->peer, *local_endpoint(stack_, client));
  EXPECT_EQ(*remote_endpoint(stack_, client), self(80));

  ASSERT_TRUE(write(client, "hello").ok());
  EXPECT_EQ(*unsent_bytes(stack_, client), 5u);
  settle();
  EXPECT_EQ(*readable_bytes(stack_, accepted->id), 5u);
  EXPECT_EQ(read(accepted->id, {.peek = true}), "hello");
  ConstBytes spans[2];
  ASSERT_EQ(peek_spans(stack_, accepted->id, spans), 1u);
  ASSERT_TRUE(consume(stack_, kStart, accepted->id, 1).ok());
  EXPECT_EQ(read(accepted->id), "ello");

  Bytes room[2];
  ASSERT_GE(*reserve_send(stack_, accepted->id, 2, room), 1u);
  room[0][0] = 'o';
  room[0][1] = 'k';
  ASSERT_TRUE(commit_send(stack_, kStart, accepted->id, 2).ok());
  ASSERT_TRUE(shutdown(stack_, kStart, accepted->id, Shutdown::kSend).ok());
  settle();
  EXPECT_EQ(read(client), "ok");
  EXPECT_TRUE(readiness(stack_, client).has(Readiness::kPeerClosed));
  EXPECT_EQ(tcp_info(stack_, kStart, client)->state, TcpState::kCloseWait);
  for (const SocketId id : {client, accepted->id, listener}) {
    EXPECT_TRUE(close(stack_, kStart, id).ok());
  }
  settle();
  EXPECT_TRUE(is_drained(stack_, kStart));
}

TEST_F(Sockets, EventsNameTheSocketsWithNews) {
  const SocketId id = make(SocketKind::kUdp);
  ASSERT_TRUE(bind(stack_, kStart, id, self(5000)).ok());
  SocketId named;
  EXPECT_FALSE(next_event(stack_, named));
  DatagramInfo to;
  to.peer = self(5000);
  for (int n = 0; n < 2; ++n) {  // an edge for every arrival that was not yet reported
    ASSERT_TRUE(write(make(SocketKind::kUdp), "x", to).ok());
    settle();
    ASSERT_TRUE(next_event(stack_, named));
    EXPECT_EQ(named, id);
    EXPECT_FALSE(next_event(stack_, named));
  }
}

TEST_F(Sockets, DatagramsComeWithTheirSender) {
  const SocketId a = make(SocketKind::kUdp);
  const SocketId b = make(SocketKind::kUdp);
  ASSERT_TRUE(bind(stack_, kStart, a, self(5000)).ok());
  ASSERT_TRUE(bind(stack_, kStart, b, self(5001)).ok());
  DatagramInfo to;
  to.peer = self(5000);
  ASSERT_TRUE(write(b, "hello", to).ok());
  settle();
  DatagramInfo info;
  EXPECT_EQ(read(a, {}, &info), "hello");
  EXPECT_EQ(info.peer, self(5001));
  EXPECT_EQ(info.interface, InterfaceId{1});
  EXPECT_EQ(info.received_at, kStart);
}

TEST_F(Sockets, DontRouteReachesNeighboursOnly) {
  ASSERT_TRUE(add_route(stack_, {Ip4Address::any(), 0}, kPeer, device_).ok());
  const SocketId id = make(SocketKind::kUdp);
  const uint8_t byte[] = {1};
  const ConstBytes parts[] = {byte};
  DatagramInfo to;
  to.peer = {Ip4Address::from(203, 0, 113, 9), Port{53}};
  EXPECT_EQ(send(stack_, kStart, id, parts, to, {.dont_route = true}).error(),
            Error::kNetworkUnreachable);
  EXPECT_TRUE(send(stack_, kStart, id, parts, to, {}).ok());
}

TEST_F(Sockets, OptionsAndErrorsAreHandedOn) {
  const SocketId id = make(SocketKind::kUdp);
  ASSERT_TRUE(set_option(stack_, kStart, id, Option::kReceiveErrors, 1).ok());
  EXPECT_EQ(*get_option(stack_, id, Option::kReceiveErrors), 1);
  DatagramInfo to;
  to.peer = self(9);
  ASSERT_TRUE(write(id, "x", to).ok());
  settle();
  EXPECT_EQ(take_error(stack_, id), Error::kConnectionRefused);
  EXPECT_EQ(take_queued_error(stack_, id)->error, Error::kConnectionRefused);
}

}  // namespace
}  // namespace tapstack::api
