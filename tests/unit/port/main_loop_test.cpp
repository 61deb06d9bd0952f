#include "port/bare_metal/main_loop.h"

#include <algorithm>
#include <deque>

#include "port/entropy.h"
#include "port/lock.h"
#include "tests/unit/api/api_test.h"

namespace tapstack::port {
namespace {

using api::arp_request;
using api::kStart;
using api::Octets;

struct FakeClock {
  Instant now() const { return time; }
  Instant time = kStart;
};

struct FakeDevice {
  size_t frame_bytes() const { return received.empty() ? 0 : received.front().size(); }
  void read(std::span<const mem::Bytes> spans) {
    size_t done = 0;
    for (const mem::Bytes& span : spans) {
      const size_t part = std::min(span.size(), received.front().size() - done);
      std::copy_n(received.front().data() + done, part, span.data());
      done += part;
    }
    received.pop_front();
  }
  void skip() { received.pop_front(); }
  bool can_write() const { return written.size() < room; }
  void write(std::span<const mem::ConstBytes> spans) {
    Octets bytes;
    for (const mem::ConstBytes& span : spans) bytes.insert(bytes.end(), span.begin(), span.end());
    written.push_back(bytes);
  }

  std::deque<Octets> received;
  std::vector<Octets> written;
  size_t room = 1000;
};

struct FakeEntropy {
  void fill(std::span<uint8_t> bytes) { std::fill(bytes.begin(), bytes.end(), uint8_t{4}); }
};

static_assert(Clock<FakeClock> && Device<FakeDevice> && Entropy<FakeEntropy> && Lock<NoLock>);

class MainLoop : public api::ApiTest {
 protected:
  Instant turn() { return run_once(stack_, device_, clock_, wire_); }
  FakeClock clock_;
  FakeDevice wire_;
};

TEST_F(MainLoop, AnswersWhatCameInWithinTheTurn) {
  wire_.received.push_back(arp_request());
  turn();
  ASSERT_EQ(wire_.written.size(), 1u);
  EXPECT_EQ(wire_.written[0].size(), 42u);
}

TEST_F(MainLoop, AnIdleStackSleepsUntilTheDeviceWakesIt) { EXPECT_TRUE(turn().is_never()); }

TEST_F(MainLoop, AFloodLeavesTimeForPrograms) {
  for (int n = 0; n < 3 * kFramesPerTurn; ++n) wire_.received.push_back(arp_request());
  EXPECT_EQ(turn(), clock_.time);
  EXPECT_EQ(wire_.received.size(), 2u * kFramesPerTurn);
}

TEST_F(MainLoop, ABusyDeviceGetsTheRestLater) {
  wire_.room = 1;
  wire_.received.push_back(arp_request());
  wire_.received.push_back(arp_request());
  turn();
  EXPECT_EQ(wire_.written.size(), 1u);
  wire_.room = 2;
  turn();
  EXPECT_EQ(wire_.written.size(), 2u);
}

TEST_F(MainLoop, RunsTimersWhenTheyAreDue) {
  const SocketId id = *api::open(stack_, kStart, Family::kIp4, SocketKind::kTcp, 0);
  ASSERT_EQ(api::connect(stack_, kStart, id, {api::kPeer, Port{80}}).error(), Error::kInProgress);
  const Instant wake = turn();
  EXPECT_EQ(wire_.written.size(), 1u);  // who has kPeer?
  ASSERT_GT(wake, clock_.time);
  clock_.time = wake;
  turn();
  EXPECT_EQ(wire_.written.size(), 2u);  // asked again
}

// A second stack at the other end of the wire.
class MainLoopWithPeer : public MainLoop {
 protected:
  MainLoopWithPeer()
      : peer_(api::create(peer_memory_.data(), std::array<uint8_t, api::kSeedBytes>{9})) {
    api::InterfaceSettings settings = api::device_settings();
    settings.mac.octets = {2, 0, 0, 0, 0, 1};
    peer_device_ = *api::add_interface(peer_, kStart, settings);
    EXPECT_TRUE(api::add_address(peer_, kStart, peer_device_, {api::kPeer, 24}).ok());
    const SocketId listening = *api::open(peer_, kStart, Family::kIp4, SocketKind::kTcp, 0);
    EXPECT_TRUE(api::bind(peer_, kStart, listening, {api::kPeer, Port{80}}).ok());
    EXPECT_TRUE(api::listen(peer_, kStart, listening, 1).ok());
  }

  // The peer takes in what was written, but for the first `lost` frames; its answers wait.
  void carry(size_t lost = 0) {
    for (size_t n = lost; n < wire_.written.size(); ++n) {
      api::input_copy(peer_, kStart, peer_device_, wire_.written[n], {});
      api::Frame frame;
      while (api::next_frame(peer_, kStart, peer_device_, frame)) {
        FakeDevice far;
        far.write(std::span<const mem::ConstBytes>(frame.spans, frame.spans_used));
        wire_.received.push_back(far.written[0]);
        api::frame_done(peer_, frame);
      }
    }
    wire_.written.clear();
  }

  api::StackMemory peer_memory_;
  Stack& peer_;
  InterfaceId peer_device_;
};

TEST_F(MainLoopWithPeer, AnAckThatTellsOfAHoleIsAnsweredBeforeTheNext) {  // RFC 3042
  const SocketId id = *api::open(stack_, kStart, Family::kIp4, SocketKind::kTcp, 0);
  ASSERT_EQ(api::connect(stack_, kStart, id, {api::kPeer, Port{80}}).error(), Error::kInProgress);
  for (int n = 0; n < 4; ++n) {  // ARP, handshake
    turn();
    carry();
    clock_.time = clock_.time + Duration::ms(10);
  }
  const Octets text(20 * 1460);
  const mem::ConstBytes part(text);
  ASSERT_TRUE(api::send(stack_, clock_.time, id, {&part, 1}, {}, {}).ok());
  turn();
  carry(1);
  clock_.time = clock_.time + Duration::ms(10);
  const size_t acks = wire_.received.size();
  ASSERT_GE(acks, 3u);
  turn();
  EXPECT_EQ(wire_.received.size(), acks - 1);
  EXPECT_EQ(wire_.written.size(), 1u) << "new text";
}

TEST(Guard, HoldsTheLockForItsScope) {
  struct Counting {
    void lock() { ++held; }
    void unlock() { --held; }
    int held = 0;
  } lock;
  {
    const Guard guard(lock);
    EXPECT_EQ(lock.held, 1);
  }
  EXPECT_EQ(lock.held, 0);
}

}  // namespace
}  // namespace tapstack::port
