#include "api/packet_sockets.h"

#include "tests/unit/api/api_test.h"

namespace tapstack::api {
namespace {

class PacketSocketsApi : public ApiTest {
 protected:
  Octets frame_of(SocketId id, FrameInfo& info) {
    Octets bytes(2000);
    const Bytes parts[] = {bytes};
    const auto n = receive_frame(stack_, kStart, id, parts, false, &info);
    bytes.resize(n.ok() ? *n : 0);
    return bytes;
  }
};

TEST_F(PacketSocketsApi, AQuestionAndItsAnswerAreSeenInTheirOrder) {
  const SocketId id = *open_packet(stack_, kStart, false, frame_protocol::kAll);
  ASSERT_TRUE(bind_packet(stack_, kStart, id, {frame_protocol::kAll, device_}).ok());
  input_copy(stack_, kStart, device_, arp_request(), Offload{});
  const Octets reply = sent();
  FrameInfo info;
  EXPECT_EQ(frame_of(id, info), arp_request());
  EXPECT_EQ(info.kind, FrameKind::kBroadcast);
  EXPECT_EQ(frame_of(id, info), reply);
  EXPECT_EQ(info.kind, FrameKind::kOutgoing);
  SocketId woken;
  EXPECT_TRUE(next_event(stack_, woken));
  EXPECT_EQ(woken, id);
  EXPECT_EQ(take_packet_statistics(stack_, id)->frames, 2u);
}

TEST_F(PacketSocketsApi, AFrameIsSentAndSeenByAnother) {
  const SocketId id = *open_packet(stack_, kStart, true, 0);
  const SocketId other = *open_packet(stack_, kStart, true, frame_protocol::kAll);
  FrameTarget target;
  target.is_named = true;
  target.to = {0x88b5, device_};
  const Octets request = arp_request();
  const ConstBytes parts[] = {request};
  ASSERT_TRUE(send_frame(stack_, kStart, id, parts, target).ok());
  EXPECT_EQ(sent().size(), arp_request().size() + 14);
  FrameInfo info;
  EXPECT_EQ(frame_of(other, info), arp_request());
}

TEST_F(PacketSocketsApi, AFilterKeepsFramesAway) {
  const SocketId id = *open_packet(stack_, kStart, false, frame_protocol::kAll);
  const FilterInstruction none{0x06, 0, 0, 0};
  ASSERT_TRUE(attach_filter(stack_, id, {&none, 1}).ok());
  EXPECT_EQ(filter(stack_, id)->size(), 1u);
  input_copy(stack_, kStart, device_, arp_request(), Offload{});
  EXPECT_EQ(readiness(stack_, id).bits, Readiness::kWritable);
  EXPECT_TRUE(detach_filter(stack_, id).ok());
  EXPECT_TRUE(lock_filter(stack_, id, true).ok());
  EXPECT_TRUE(*is_filter_locked(stack_, id));
}

TEST_F(PacketSocketsApi, AnInterfaceThatGoesDownIsAnErrorForThoseBoundToIt) {
  const SocketId id = *open_packet(stack_, kStart, false, frame_protocol::kAll);
  ASSERT_TRUE(bind_packet(stack_, kStart, id, {frame_protocol::kAll, device_}).ok());
  InterfaceSettings down = device_settings();
  down.is_up = false;
  ASSERT_TRUE(change_interface(stack_, kStart, device_, down).ok());
  EXPECT_EQ(take_error(stack_, id), Error::kNetworkDown);
}

TEST_F(PacketSocketsApi, AllOfThemCanBeListed) {
  EXPECT_EQ(packet_socket_at(stack_, 0).error(), Error::kNoEntry);
  const SocketId id = *open_packet(stack_, kStart, true, 0x0800);
  const auto info = packet_socket_at(stack_, 0);
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->socket_index, id.index);
  EXPECT_TRUE(info->is_cooked);
  EXPECT_EQ(info->binding.protocol, 0x0800);
  EXPECT_EQ(packet_name(stack_, id)->binding.interface.value, 0);
  EXPECT_EQ(used("packet_endpoints"), 1u);
}

}  // namespace
}  // namespace tapstack::api
