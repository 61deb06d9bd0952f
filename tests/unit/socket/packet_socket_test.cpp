#include "socket/packet_socket.h"

#include "socket/filters.h"
#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

class PacketSocketTest : public SocketTest {
 protected:
  SocketId packet_socket(uint16_t protocol = frame_protocol::kAll) {
    const auto id = open_packet(env(), false, protocol);
    EXPECT_TRUE(id.ok());
    return *id;
  }
};

TEST_F(PacketSocketTest, CallsOfOtherSocketsAreNotSupported) {
  const SocketId id = packet_socket();
  EXPECT_EQ(bind(env(), id, local_port(1)).error(), Error::kNotSupported);
  EXPECT_EQ(connect(env(), id, local_port(1)).error(), Error::kNotSupported);
  EXPECT_EQ(listen(env(), id, 1).error(), Error::kNotSupported);
  EXPECT_EQ(accept(env(), id).error(), Error::kNotSupported);
  EXPECT_EQ(shutdown(env(), id, Shutdown::kBoth).error(), Error::kNotSupported);
  EXPECT_EQ(send(id, text("x")).error(), Error::kNotSupported);
  EXPECT_EQ(receive_error(id), Error::kNotSupported);
  EXPECT_EQ(local_endpoint(view(), id).error(), Error::kNotSupported);
  EXPECT_EQ(bind_packet(env(), tcp(), {}).error(), Error::kNotSupported);
}

TEST_F(PacketSocketTest, KnowsItsNameAndTheInterfacesAddress) {
  const SocketId id = packet_socket(0x0800);
  EXPECT_EQ(packet_name(view(), id)->binding.protocol, 0x0800);
  EXPECT_EQ(packet_name(view(), id)->address.count, 0);
  ASSERT_TRUE(bind_packet(env(), id, {3, link::kLoopback}).ok());
  const auto name = packet_name(view(), id);
  EXPECT_EQ(name->link_type, link_type::kLoopback);
  EXPECT_EQ(name->address.count, 6);
}

TEST_F(PacketSocketTest, IsReadableWhenAFrameWaits) {
  const SocketId id = packet_socket();
  EXPECT_EQ(ready(id), kOut);
  const SocketId udp = open(SocketKind::kUdp);
  DatagramInfo to;
  to.peer = local_port(9);
  ASSERT_TRUE(send(udp, text("hello"), to).ok());
  const mem::PacketPtr packet = layers_->network.next_frame(ctx_, link::kLoopback);
  layers_->packets.on_sent(ctx_, layers_->network, link::kLoopback, *packet);
  EXPECT_EQ(ready(id), kIn | kOut);
  EXPECT_EQ(*readable_bytes(view(), id), 14u + 20 + 8 + 5);
  FrameInfo info;
  ASSERT_TRUE(receive_frame(env(), id, {}, false, &info).ok());
  EXPECT_EQ(info.interface, link::kLoopback);
  EXPECT_EQ(ready(id), kOut);
  EXPECT_EQ(take_packet_statistics(env(), id)->frames, 1u);
}

TEST_F(PacketSocketTest, HasTheOptionsOfItsKind) {
  const SocketId id = packet_socket();
  ASSERT_TRUE(set_option(env(), id, Option::kReceiveBuffer, 10'000).ok());
  EXPECT_EQ(*get_option(view(), id, ctx_.now, Option::kReceiveBuffer), 20'000);
  ASSERT_TRUE(set_option(env(), id, Option::kPacketIgnoreOutgoing, 1).ok());
  EXPECT_EQ(*get_option(view(), id, ctx_.now, Option::kPacketIgnoreOutgoing), 1);
  EXPECT_EQ(set_option(env(), id, Option::kTtl, 1).error(), Error::kNoProtocolOption);
  EXPECT_EQ(set_option(env(), tcp(), Option::kPacketIgnoreOutgoing, 1).error(),
            Error::kNoProtocolOption);
}

TEST_F(PacketSocketTest, MembershipsAreOfInterfacesAndTheirAddresses) {
  const SocketId id = packet_socket();
  PacketMembership all{true, PacketMembership::Kind::kAll, link::kLoopback, 0};
  EXPECT_TRUE(change_packet_membership(env(), id, all).ok());
  all.interface = InterfaceId{9};
  EXPECT_EQ(change_packet_membership(env(), id, all).error(), Error::kNoDevice);
  PacketMembership one{true, PacketMembership::Kind::kAddress, link::kLoopback, 6};
  EXPECT_TRUE(change_packet_membership(env(), id, one).ok());
  one.address_bytes = 5;
  EXPECT_EQ(change_packet_membership(env(), id, one).error(), Error::kInvalid);
}

TEST_F(PacketSocketTest, ClosingGivesItsFilterBack) {
  const SocketId id = packet_socket();
  const link::FilterInstruction all{0x06, 0, 0, 1};
  ASSERT_TRUE(attach_filter(env(), id, {&all, 1}).ok());
  EXPECT_EQ(layers_->network.parts().filters.used(), 1u);
  ASSERT_TRUE(close(env(), id).ok());
  EXPECT_EQ(layers_->network.parts().filters.used(), 0u);
  EXPECT_TRUE(layers_->packets.is_empty());
}

}  // namespace
}  // namespace tapstack::socket
