#include "stack/stack.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "net/configuration.h"
#include "tests/unit/support/bytes.h"
#include "tests/unit/support/soil.h"

namespace tapstack {
namespace {

using Frame = std::vector<uint8_t>;

constexpr Ip4Address kOurs = Ip4Address::from(10, 10, 10, 2);
constexpr Instant kStart = Instant::from_us(5'000'000);

struct Memory {
  alignas(Stack) std::byte bytes[sizeof(Stack)];
};

class StackTest : public testing::Test {
 protected:
  StackTest() : memory_(std::make_unique_for_overwrite<Memory>()) {
    test::soil(memory_->bytes, sizeof memory_->bytes);
    StackSettings settings;
    settings.now = kStart;
    stack_ = ::new (memory_->bytes) Stack(settings);
    link::InterfaceSettings interface;
    std::strcpy(interface.name, "ts0");
    interface.mac.octets = {2, 0, 0, 0, 0, 2};
    Context ctx = stack_->context(kStart);
    device_ = *net::add_interface(ctx, stack_->layers().network, interface);
    EXPECT_TRUE(net::add_address(ctx, stack_->layers().network, device_, {kOurs, 24}).ok());
    sent();
    input(kStart,
          test::hex("020000000002 020000000001 0806"  // an ARP request teaches the peer's MAC
                    "0001 0800 06 04 0001 020000000001 0a0a0a01 000000000000 0a0a0a02"));
    sent();
  }

  void input(Instant now, const Frame& frame) {
    mem::PacketPtr packet = stack_->memory().new_packet(mem::Priority::kControl);
    ASSERT_TRUE(stack_->memory().append_copy(packet->chain, frame, mem::Priority::kControl));
    stack_->input(now, device_, std::move(packet));
  }
  Frame sent(Instant now = kStart) {
    const mem::PacketPtr frame = stack_->next_frame(now, device_);
    Frame bytes(frame ? frame->size() : 0);
    if (frame) stack_->memory().copy_out(*frame, 0, bytes);
    return bytes;
  }
  SocketId open(SocketKind kind, uint8_t protocol = 0) {
    Context ctx = stack_->context(kStart);
    return *socket::open(stack_->environment(ctx), {Family::kIp4, kind, protocol});
  }
  uint64_t drops(DropReason reason) const { return stack_->counters().value(reason); }

  std::unique_ptr<Memory> memory_;
  Stack* stack_ = nullptr;
  InterfaceId device_;
};

// An IPv4 packet from 10.10.10.1 to kOurs with this protocol, without payload.
Frame packet(uint8_t protocol) {
  Frame frame = test::hex(
      "020000000002 020000000001 0800"
      "4500 0014 1234 0000 40 00 0000 0a0a0a01 0a0a0a02");
  frame[14 + 9] = protocol;
  uint32_t sum = 0;
  for (size_t i = 14; i < 34; i += 2) sum += frame[i] * 256u + frame[i + 1];
  sum = (sum & 0xffff) + (sum >> 16);
  const auto checksum = static_cast<uint16_t>(~((sum & 0xffff) + (sum >> 16)));
  frame[14 + 10] = static_cast<uint8_t>(checksum >> 8);
  frame[14 + 11] = static_cast<uint8_t>(checksum);
  return frame;
}

TEST(Stack, ConstructionWritesTablesButNoPools) {
  const auto memory = std::make_unique_for_overwrite<Memory>();
  test::soil(memory->bytes, sizeof memory->bytes);
  ::new (memory->bytes) Stack(StackSettings{});
  // In this profile blocks and packets are most of the stack.
  EXPECT_LT(test::bytes_written(memory->bytes, sizeof memory->bytes), 200'000u);
}

TEST_F(StackTest, AnIdleStackHasNoDeadlineButThoseOfItsNeighbours) {
  EXPECT_TRUE(stack_->is_drained(kStart));
  Instant now = kStart;
  while (!stack_->next_deadline().is_never()) {
    ASSERT_GT(stack_->next_deadline(), now);
    now = stack_->next_deadline();
    stack_->poll(now);
    sent(now);
  }
}

TEST_F(StackTest, AnUnknownProtocolIsAnsweredUnlessARawSocketWantsIt) {
  input(kStart, packet(99));
  const Frame reply = sent();
  ASSERT_GE(reply.size(), 36u);
  EXPECT_EQ(reply[14 + 20], 3);      // Destination Unreachable
  EXPECT_EQ(reply[14 + 20 + 1], 2);  // Protocol
  EXPECT_EQ(drops(DropReason::kIpUnknownProtocol), 1u);
  const SocketId raw = open(SocketKind::kRaw, 99);
  input(kStart, packet(99));
  EXPECT_TRUE(sent().empty());
  SocketId id;
  ASSERT_TRUE(stack_->next_event(id));
  EXPECT_EQ(id, raw);
}

TEST_F(StackTest, LoopbackTrafficIsDueAtOnceAndDeliveredByPoll) {
  const SocketId id = open(SocketKind::kUdp);
  Context ctx = stack_->context(kStart);
  const Endpoint self{Ip4Address::loopback(), Port{5000}};
  ASSERT_TRUE(socket::bind(stack_->environment(ctx), id, self).ok());
  const uint8_t byte[] = {7};
  const mem::ConstBytes parts[] = {byte};
  DatagramInfo to;
  to.peer = self;
  ASSERT_TRUE(socket::send(stack_->environment(ctx), id, {parts, to}).ok());
  EXPECT_LE(stack_->next_deadline(), kStart);
  stack_->poll(kStart);
  EXPECT_GT(stack_->next_deadline(), kStart);
  EXPECT_EQ(*socket::readable_bytes(stack_->view(), id), 1u);
}

TEST_F(StackTest, ATurnOfLoopbackIsBounded) {
  const SocketId id = open(SocketKind::kPing);
  Context ctx = stack_->context(kStart);
  const uint8_t echo[] = {8, 0, 0, 0, 0, 0, 0, 1};
  const mem::ConstBytes parts[] = {echo};
  DatagramInfo to;
  to.peer.address = Ip4Address::loopback();
  for (size_t n = 0; n < kConfig.interface_queue_packets; ++n) {
    ASSERT_TRUE(socket::send(stack_->environment(ctx), id, {parts, to}).ok());
  }
  stack_->poll(kStart);
  EXPECT_LE(stack_->next_deadline(), kStart);  // the replies are still to be delivered
  for (int n = 0; n < 10; ++n) stack_->poll(kStart);
  EXPECT_GT(stack_->next_deadline(), kStart);
}

TEST_F(StackTest, ACopyGoesOnWhereTheOriginalWas) {
  const SocketId id = open(SocketKind::kUdp);
  Context ctx = stack_->context(kStart);
  ASSERT_TRUE(socket::bind(stack_->environment(ctx), id, {Ip4Address::any(), Port{5000}}).ok());
  const auto other = std::make_unique_for_overwrite<Memory>();
  std::memcpy(other->bytes, memory_->bytes, sizeof other->bytes);
  test::soil(memory_->bytes, sizeof memory_->bytes);
  stack_ = std::launder(reinterpret_cast<Stack*>(other->bytes));
  EXPECT_EQ(socket::local_endpoint(stack_->view(), id)->port, Port{5000});
  input(kStart, packet(99));
  EXPECT_FALSE(sent().empty());
}

TEST_F(StackTest, AnOverrunIsCountedAtItsInterface) {
  stack_->count_overrun(device_);
  EXPECT_EQ(stack_->layers().network.interface(device_)->counters.in_dropped, 1u);
  stack_->count_overrun(InterfaceId{77});
}

TEST_F(StackTest, AFailedResolutionIsToldToTheSocketThatAskedForIt) {
  const SocketId id = open(SocketKind::kUdp);
  Context ctx = stack_->context(kStart);
  ASSERT_TRUE(socket::set_option(stack_->environment(ctx), id, Option::kReceiveErrors, 1).ok());
  const uint8_t byte[] = {7};
  const mem::ConstBytes parts[] = {byte};
  DatagramInfo to;
  to.peer = {Ip4Address::from(10, 10, 10, 99), Port{5000}};
  ASSERT_TRUE(socket::send(stack_->environment(ctx), id, {parts, to}).ok());
  Instant now = kStart;
  while (socket::readiness(stack_->view(), id).bits == Readiness::kWritable &&
         !stack_->next_deadline().is_never()) {
    now = stack_->next_deadline();
    stack_->poll(now);
    while (!sent(now).empty()) {
    }
  }
  Context later = stack_->context(now);
  EXPECT_EQ(socket::take_error(stack_->environment(later), id), Error::kHostUnreachable);
  const auto error = socket::take_queued_error(stack_->environment(later), id);
  ASSERT_TRUE(error.ok());
  EXPECT_EQ(error->reporter, IpAddress(kOurs));
  EXPECT_EQ(error->destination, to.peer);
}

TEST_F(StackTest, WhatWaitsForARemovedInterfaceIsLostAtTheNextPoll) {
  const SocketId id = open(SocketKind::kTcp);
  Context ctx = stack_->context(kStart);
  const Endpoint peer{Ip4Address::from(10, 10, 10, 1), {80}};
  EXPECT_EQ(socket::connect(stack_->environment(ctx), id, peer).error(), Error::kInProgress);
  ASSERT_TRUE(net::remove_interface(ctx, stack_->layers().network, device_).ok());
  EXPECT_LE(stack_->next_deadline(), kStart);
  stack_->poll(kStart);
  EXPECT_EQ(drops(DropReason::kInterfaceUnknown), 1u);
  EXPECT_EQ(stack_->next_deadline(), kStart + Duration::ms(kConfig.tcp_rto_initial_ms));
}

}  // namespace
}  // namespace tapstack
