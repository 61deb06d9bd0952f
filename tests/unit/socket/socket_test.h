// What the tests of sockets share: the layers of a stack, whose sockets talk over loopback, and
// every call in short.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "socket/calls.h"
#include "socket/queries.h"
#include "tests/unit/support/bytes.h"

namespace tapstack::socket {

using Frame = std::vector<uint8_t>;

inline Frame text(std::string_view s) { return Frame(s.begin(), s.end()); }
inline Endpoint local_port(uint16_t port) { return {Ip4Address::loopback(), Port{port}}; }

class SocketTest : public testing::Test {
 protected:
  SocketTest()
      : memory_(std::make_unique<mem::PacketMemory>()),
        timers_(std::make_unique<timer::Timers>()),
        layers_(std::make_unique<Layers>(random_)),
        sockets_(std::make_unique<SocketTable>()),
        ctx_{Instant::from_us(1'000'000), *memory_, *timers_, counters_, random_} {}

  Environment env() { return {ctx_, *layers_, *sockets_}; }
  View view() const { return {*layers_, *sockets_, *memory_}; }

  SocketId open(SocketKind kind, uint8_t protocol = 0) {
    const auto id = socket::open(env(), {Family::kIp4, kind, protocol});
    EXPECT_TRUE(id.ok());
    return *id;
  }
  SocketId tcp() { return open(SocketKind::kTcp); }
  SocketId listener(uint16_t port, uint32_t backlog = 4) {
    const SocketId id = tcp();
    EXPECT_TRUE(bind(env(), id, local_port(port)).ok());
    EXPECT_TRUE(listen(env(), id, backlog).ok());
    return id;
  }
  // A connection over loopback: the client's socket, and the one that the listener accepts.
  std::pair<SocketId, SocketId> connection(uint16_t port) {
    const SocketId from = listener(port);
    const SocketId client = tcp();
    EXPECT_EQ(connect(env(), client, local_port(port)).error(), Error::kInProgress);
    run();
    const auto server = accept(env(), from);
    EXPECT_TRUE(server.ok());
    return {client, *server};
  }

  Result<size_t> send(SocketId id, const Frame& bytes, const DatagramInfo& to = {}) {
    const mem::ConstBytes parts[] = {bytes};
    return socket::send(env(), id, {parts, to});
  }
  Result<size_t> receive(SocketId id, Frame& bytes, size_t room = 1000) {
    bytes.resize(room);
    const mem::Bytes parts[] = {bytes};
    const auto n = socket::receive(env(), id, {parts});
    bytes.resize(n.ok() ? *n : 0);
    return n;
  }
  Frame read(SocketId id) {
    Frame bytes;
    receive(id, bytes).ok();
    return bytes;
  }
  Error receive_error(SocketId id) {
    Frame bytes;
    return receive(id, bytes).error();
  }
  unsigned ready(SocketId id) const { return readiness(view(), id).bits; }

  // What a Stack does: carries packets over loopback until there are no more.
  void run() {
    mem::PacketPtr packet = layers_->network.next_frame(ctx_, link::kLoopback);
    while (packet || layers_->tcp.output_one(ctx_, layers_->network, link::kLoopback)) {
      if (packet) {
        deliver(layers_->network.input(ctx_, link::kLoopback, std::move(packet)));
        take_errors();
      }
      packet = layers_->network.next_frame(ctx_, link::kLoopback);
    }
    note_connected();
  }
  // Lets time pass, timers included.
  void pass(Duration d) {
    const Instant end = ctx_.now + d;
    while (timers_->next_deadline() <= end) {
      ctx_.now = std::max(ctx_.now, timers_->next_deadline());
      timer::TimerId id;
      while (timers_->pop_due(ctx_.now, id)) {
        layers_->tcp.on_timer(ctx_, layers_->network, timer::kind_of(id), timer::index_of(id));
      }
      run();
    }
    ctx_.now = end;
  }
  void expect_nothing_held() const {
    EXPECT_EQ(memory_->packets_used(), 0u);
    EXPECT_EQ(memory_->slices_used(), 0u);
    EXPECT_EQ(memory_->blocks_used(), 0u);
  }

  Counters counters_;
  Random random_;
  std::unique_ptr<mem::PacketMemory> memory_;
  std::unique_ptr<timer::Timers> timers_;
  std::unique_ptr<Layers> layers_;
  std::unique_ptr<SocketTable> sockets_;
  Context ctx_;

 private:
  void deliver(net::Delivery delivery) {
    if (!delivery) return;
    layers_->raw.input(ctx_, layers_->network, *delivery.packet);
    if (delivery.protocol == 6) {
      layers_->tcp.input(ctx_, layers_->network, std::move(delivery.packet));
    } else if (delivery.protocol == 17) {
      layers_->udp.input(ctx_, layers_->network, std::move(delivery.packet));
    } else if (delivery.protocol == 1 || delivery.protocol == 58) {
      layers_->ping.input(ctx_, layers_->network, std::move(delivery.packet));
    }
  }
  void take_errors() {
    net::IcmpError error;
    while (layers_->network.take_error(ctx_, error)) {
      if (error.protocol == 6) layers_->tcp.on_icmp_error(ctx_, layers_->network, error);
      if (error.protocol == 17) layers_->udp.on_icmp_error(ctx_, error);
    }
  }
  void note_connected() {
    transport::tcp::ConnectionEvents events;
    while (layers_->tcp.next_event(events)) {
      if (events.events.has(transport::tcp::Event::kConnected)) {
        sockets_->at(events.owner.value)->was_connected = true;
      }
    }
  }
};

inline constexpr unsigned kIn = Readiness::kReadable;
inline constexpr unsigned kOut = Readiness::kWritable;
inline constexpr unsigned kRdHup = Readiness::kPeerClosed;
inline constexpr unsigned kHup = Readiness::kHangUp;
inline constexpr unsigned kErr = Readiness::kError;

}  // namespace tapstack::socket
