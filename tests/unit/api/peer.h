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
  void write(std::span<const mem::ConstBytes> spans) {
    Octets bytes;
    for (const mem::ConstBytes& span : spans) bytes.insert(bytes.end(), span.begin(), span.end());
    written.push_back(bytes);
  }

  std::deque<Octets> received;
  std::vector<Octets> written;
};

// Is kPeer and listens at TCP port 80.
class Peer {
 public:
  Peer() : stack_(create(memory_.data(), std::array<uint8_t, kSeedBytes>{9})) {
    InterfaceSettings settings = device_settings();
    settings.mac.octets = {2, 0, 0, 0, 0, 1};
    device_ = *add_interface(stack_, kStart, settings);
    EXPECT_TRUE(add_address(stack_, kStart, device_, {kPeer, 24}).ok());
    const SocketId listening = *open(stack_, kStart, Family::kIp4, SocketKind::kTcp, 0);
    EXPECT_TRUE(bind(stack_, kStart, listening, {kPeer, Port{80}}).ok());
    EXPECT_TRUE(listen(stack_, kStart, listening, 1).ok());
  }

  // Takes in what was written, but for the first `lost` frames; its answers wait.
  void answer(Wire& wire, size_t lost = 0) {
    for (size_t n = lost; n < wire.written.size(); ++n) {
      input_copy(stack_, kStart, device_, wire.written[n], {});
      Frame frame;
      while (next_frame(stack_, kStart, device_, frame)) {
        Wire far;
        far.write(std::span<const mem::ConstBytes>(frame.spans, frame.spans_used));
        wire.received.push_back(far.written[0]);
        frame_done(stack_, frame);
      }
    }
    wire.written.clear();
  }

 private:
  StackMemory memory_;
  Stack& stack_;
  InterfaceId device_;
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
