#include "transport/tcp/segment_builder.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

namespace flag = wire::tcp_flag;

// Segments to our own address: they wait on loopback, as IP packets.
class SegmentBuilder : public ::testing::Test {
 protected:
  SegmentBuilder() : route(*host->network.route(host->address, {}, {}, Instant())) {
    out.flow = {{host->address, {0x1234}}, {host->address, {80}}};
    out.seq = SeqNumber(0x01020304);
    out.ack = SeqNumber(0x05060708);
    out.flags = flag::kAck;
    out.wnd = 0x2000;
  }
  void text(size_t n) {
    const std::vector<uint8_t> bytes(n, 'x');
    ASSERT_TRUE(host->memory.append_copy(out.text, bytes, mem::Priority::kData));
  }
  Status transmit(const IpSettings& ip = {}) {
    Context ctx = host->at(Instant());
    return tcp::transmit(ctx, host->network, out, route, ip);
  }
  mem::PacketPtr packet() {
    Context ctx = host->at(Instant());
    return host->network.next_frame(ctx, link::kLoopback);
  }
  std::vector<uint8_t> bytes_of(const mem::Packet& p) {
    std::vector<uint8_t> bytes(p.size());
    host->memory.copy_out(p, 0, bytes);
    return bytes;
  }
  std::unique_ptr<Host> host = std::make_unique<Host>(uint8_t{1}, false);
  net::Route route;
  Outgoing out;
};

TEST_F(SegmentBuilder, WritesTheHeaderOfRfc9293) {
  text(1);
  ASSERT_TRUE(transmit({.ttl = 33, .tos = 0x10}).ok());
  const mem::PacketPtr p = packet();
  ASSERT_TRUE(p);
  std::vector<uint8_t> bytes = bytes_of(*p);
  ASSERT_EQ(bytes.size(), 20u + 20u + 1u);
  EXPECT_EQ(bytes[1], 0x10);  // type of service
  EXPECT_EQ(bytes[6], 0x40);  // DF
  EXPECT_EQ(bytes[8], 33);    // TTL
  bytes[36] = bytes[37] = 0;  // the checksum is left to the device
  const std::vector<uint8_t> header(bytes.begin() + 20, bytes.begin() + 40);
  const std::vector<uint8_t> expected = {0x12, 0x34, 0,    80,   1,    2, 3, 4, 5, 6,
                                         7,    8,    0x50, 0x10, 0x20, 0, 0, 0, 0, 0};
  EXPECT_EQ(header, expected);
  EXPECT_EQ(host->counters.value(Mib::kTcpOutSegs), 1u);
}

TEST_F(SegmentBuilder, WithoutAckTheNumberIsZero) {
  out.flags = flag::kRst;
  ASSERT_TRUE(transmit().ok());
  const std::vector<uint8_t> bytes = bytes_of(*packet());
  EXPECT_EQ(std::vector<uint8_t>(bytes.begin() + 28, bytes.begin() + 32),
            std::vector<uint8_t>(4, 0));
}

TEST_F(SegmentBuilder, LeavesTheChecksumToTheDevice) {  // RFC 9293 MUST-2
  ASSERT_TRUE(transmit().ok());
  const mem::PacketPtr p = packet();
  EXPECT_EQ(p->info.offload.checksum, mem::ChecksumState::kPartial);
  EXPECT_EQ(p->info.offload.checksum_start, 20);
  EXPECT_EQ(p->info.offload.checksum_offset, 16);
  EXPECT_EQ(p->info.offload.segmentation, mem::Segmentation::kNone);
}

TEST_F(SegmentBuilder, ASuperframeSaysHowItIsToBeCut) {
  text(3000);
  out.segment_bytes = 1000;
  ASSERT_TRUE(transmit().ok());
  const mem::PacketPtr p = packet();
  EXPECT_EQ(p->info.offload.segmentation, mem::Segmentation::kTcp4);
  EXPECT_EQ(p->info.offload.segment_bytes, 1000);
  EXPECT_EQ(p->info.offload.header_bytes, 40);
}

TEST_F(SegmentBuilder, AnEcnCapableSegmentIsEct0BesideItsDscp) {  // RFC 3168 5
  out.is_ecn_capable = true;
  ASSERT_TRUE(transmit({.tos = 0x10}).ok());
  EXPECT_EQ(bytes_of(*packet())[1], 0x12);
}

TEST_F(SegmentBuilder, ASuperframeWithCwrSaysThatItIsForTheFirstSegment) {  // RFC 3168 6.1.2
  text(3000);
  out.segment_bytes = 1000;
  out.flags |= flag::kCwr;
  ASSERT_TRUE(transmit().ok());
  EXPECT_TRUE(packet()->info.offload.ecn);
}

TEST_F(SegmentBuilder, WithoutAPacketTheTextIsFreed) {
  text(3000);
  std::vector<mem::PacketPtr> hogs;
  for (;;) {
    mem::PacketPtr p = host->memory.new_packet(mem::Priority::kControl);
    if (!p) break;
    hogs.push_back(std::move(p));
  }
  EXPECT_EQ(transmit().error(), Error::kNoBuffers);
  EXPECT_EQ(host->memory.blocks_used(), 0u);
  EXPECT_EQ(host->counters.value(DropReason::kTcpOutputNoMemory), 1u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
