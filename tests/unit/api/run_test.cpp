#include "api/run.h"

#include "tests/unit/api/api_test.h"

namespace tapstack::api {
namespace {

using RunApi = ApiTest;

TEST_F(RunApi, AFrameReadInPlaceIsAnswered) {
  const Octets request = arp_request();
  Bytes spans[kFrameSpansMax];
  const size_t n = receive_buffers(stack_, 1514, spans);
  ASSERT_GE(n, 1u);
  ASSERT_GE(spans[0].size(), request.size());
  std::memcpy(spans[0].data(), request.data(), request.size());
  input(stack_, kStart, device_, request.size(), Offload{});
  const Octets reply = sent();
  ASSERT_EQ(reply.size(), 42u);
  EXPECT_EQ(reply[21], 2);  // an ARP reply
}

TEST_F(RunApi, ACopiedFrameIsAnsweredAlike) {
  input_copy(stack_, kStart, device_, arp_request(), Offload{});
  EXPECT_EQ(sent().size(), 42u);
}

TEST_F(RunApi, SpansForAWholeSuperframeFit) {
  Bytes spans[kFrameSpansMax];
  size_t room = 0;
  for (const Bytes& span :
       std::span(spans, receive_buffers(stack_, kConfig.superframe_bytes + 14, spans))) {
    room += span.size();
  }
  EXPECT_GE(room, kConfig.superframe_bytes + 14);
}

TEST_F(RunApi, AFrameForNoInterfaceIsDropped) {
  input_copy(stack_, kStart, InterfaceId{9}, arp_request(), Offload{});
  EXPECT_EQ(counter("drop.interface_unknown"), 1u);
}

TEST_F(RunApi, AFrameThatIsOutMayOutliveOtherCalls) {
  input_copy(stack_, kStart, device_, arp_request(), Offload{});
  Frame frame;
  ASSERT_TRUE(next_frame(stack_, kStart, device_, frame));
  const size_t packets = used("packets");
  poll(stack_, kStart);
  ASSERT_TRUE(open(stack_, kStart, Family::kIp4, SocketKind::kUdp, 0).ok());
  EXPECT_EQ(frame.spans[0][13], 0x06);  // still the reply
  frame_done(stack_, frame);
  EXPECT_EQ(used("packets"), packets - 1);
}

TEST_F(RunApi, AnOverrunIsCounted) {
  count_overrun(stack_, device_);
  EXPECT_EQ(counter("drop.memory_no_block"), 1u);
  EXPECT_EQ(interface_at(stack_, 1)->counters.in_dropped, 1u);
}

TEST_F(RunApi, NextDeadlineIsExact) {
  const SocketId id = *open(stack_, kStart, Family::kIp4, SocketKind::kTcp, 0);
  ASSERT_EQ(connect(stack_, kStart, id, {kPeer, Port{80}}).error(), Error::kInProgress);
  while (!sent().empty()) {
  }
  // The neighbour is asked again after RETRANS_TIMER, which comes first.
  EXPECT_EQ(next_deadline(stack_), kStart + Duration::ms(kConfig.neighbour_retrans_ms));
}

}  // namespace
}  // namespace tapstack::api
