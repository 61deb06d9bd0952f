// A wire as two queues of frames, and a second stack at its other end.
#pragma once

#include <algorithm>
#include <deque>
#include <span>

#include "tests/unit/api/api_test.h"

namespace tapstack::api {

struct Wire {
  // The next frame that was received.
  void read(std::span<const mem::Bytes> spans) {
    size_t done = 0;
    for (const mem::Bytes& span : spans) {
      const size_t part = std::min(span.size(), received.front().size() - done);
      std::copy_n(received.front().data() + done, part, span.data());
      done += part;
    }
    received.pop_front();
  }
  void write(std::span<const mem::ConstBytes> spans) { written.push_back(joined(spans)); }

  std::deque<Octets> received;
  std::vector<Octets> written;
};

// Is kPeer and listens at TCP port 80.
class Peer {
 public:
  Peer() {
    const SocketId listening = *open(node_.stack, kStart, Family::kIp4, SocketKind::kTcp, 0);
    EXPECT_TRUE(bind(node_.stack, kStart, listening, {kPeer, Port{80}}).ok());
    EXPECT_TRUE(listen(node_.stack, kStart, listening, 1).ok());
  }

  // Takes in what was written, but for the first `lost` frames; its answers wait.
  void answer(Wire& wire, size_t lost = 0) {
    for (size_t n = lost; n < wire.written.size(); ++n) {
      input_copy(node_.stack, kStart, node_.device, wire.written[n], {});
      for (Octets frame; !(frame = take_frame(node_.stack, kStart, node_.device)).empty();) {
        wire.received.push_back(frame);
      }
    }
    wire.written.clear();
  }

 private:
  Node node_{1, kPeer};
};

// A connection to the peer sends 20 segments, of which the first is lost; the ACKs that tell of it
// wait on the wire. `turn(now)` lets `stack` exchange frames with the wire. Returns when it is
// then.
template <class Turn>
Instant lose_a_segment(Stack& stack, Wire& wire, Turn turn) {
  Peer peer;
  Instant now = kStart;
  const auto exchange = [&](size_t lost = 0) {
    turn(now);
    peer.answer(wire, lost);
    now = now + Duration::ms(10);
  };
  const SocketId id = *open(stack, now, Family::kIp4, SocketKind::kTcp, 0);
  EXPECT_EQ(connect(stack, now, id, {kPeer, Port{80}}).error(), Error::kInProgress);
  for (int n = 0; n < 4; ++n) exchange();  // ARP, handshake
  const Octets text(20 * 1460);
  const mem::ConstBytes part(text);
  EXPECT_TRUE(send(stack, now, id, {&part, 1}, {}, {}).ok());
  exchange(1);
  EXPECT_GE(wire.received.size(), 3u);
  return now;
}

}  // namespace tapstack::api
