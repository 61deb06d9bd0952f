#include "port/bare_metal/main_loop.h"

#include <algorithm>

#include "port/entropy.h"
#include "port/lock.h"
#include "tests/unit/api/peer.h"

namespace tapstack::port {
namespace {

using api::arp_request;
using api::kStart;
using api::Octets;

struct FakeClock {
  Instant now() const { return time; }
  Instant time = kStart;
};

struct FakeDevice : api::Wire {
  size_t frame_bytes() const { return received.empty() ? 0 : received.front().size(); }
  void skip() { received.pop_front(); }
  bool can_write() const { return written.size() < room; }

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

TEST_F(MainLoop, AnAckThatTellsOfAHoleIsAnsweredBeforeTheNext) {  // RFC 3042
  clock_.time = api::lose_a_segment(stack_, wire_, [&](Instant now) {
    clock_.time = now;
    turn();
  });
  const size_t acks = wire_.received.size();
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
