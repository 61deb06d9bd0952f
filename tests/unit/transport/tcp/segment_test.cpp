#include "transport/tcp/segment.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

class SegmentTest : public ::testing::Test {
 protected:
  // A SYN with an MSS of 1460 and "hi" behind it, from 10.0.0.2:0x1234 to 10.0.0.1:80.
  std::vector<uint8_t> bytes = {
      0x12, 0x34, 0x00, 80,    // ports
      0,    0,    0x01, 0x00,  // sequence number 256
      0,    0,    0x02, 0x00,  // acknowledgment number 512
      0x60, 0x12, 0x20, 0x00,  // 24 bytes of header, SYN and ACK, window 8192
      0,    0,    0,    7,     // checksum, urgent pointer
      2,    4,    0x05, 0xb4,  // MSS
      'h',  'i'};
  mem::PacketInfo info;
  Segment seg;
  uint32_t left_bytes = 0;  // of the packet afterwards

  SegmentTest() {
    info.source = Ip4Address::from(10, 0, 0, 2);
    info.destination = Ip4Address::from(10, 0, 0, 1);
    info.offload.checksum = mem::ChecksumState::kVerified;
  }
  std::optional<DropReason> parse() {
    Context ctx = host->at(Instant());
    mem::PacketPtr packet = host->memory.new_packet(mem::Priority::kControl);
    const std::vector<uint8_t> ip_header(20, 0x45);
    EXPECT_TRUE(host->memory.append_copy(packet->chain, ip_header, mem::Priority::kControl));
    EXPECT_TRUE(host->memory.append_copy(packet->chain, bytes, mem::Priority::kControl));
    packet->info = info;
    packet->info.ip_header_bytes = 20;
    const auto why = tcp::parse(ctx, *packet, seg);
    left_bytes = packet->size();
    return why;
  }
  std::unique_ptr<Host> host = std::make_unique<Host>(uint8_t{1}, false);
};

TEST_F(SegmentTest, ReadsTheFieldsAndLeavesTheText) {
  ASSERT_EQ(parse(), std::nullopt);
  EXPECT_EQ(seg.flow.local, (Endpoint{Ip4Address::from(10, 0, 0, 1), {80}}));
  EXPECT_EQ(seg.flow.remote, (Endpoint{Ip4Address::from(10, 0, 0, 2), {0x1234}}));
  EXPECT_EQ(seg.seq, SeqNumber(256));
  EXPECT_EQ(seg.ack, SeqNumber(512));
  EXPECT_EQ(seg.wnd, 8192);
  EXPECT_EQ(seg.urgent, 7);
  EXPECT_EQ(seg.flags, flag::kSyn | flag::kAck);
  EXPECT_EQ(seg.options.mss, 1460);
  EXPECT_EQ(seg.text_bytes, 2u);
  EXPECT_EQ(left_bytes, 2u);
}

TEST_F(SegmentTest, SynAndFinCountInItsLength) {  // RFC 9293 3.3.1, SEG.LEN
  ASSERT_EQ(parse(), std::nullopt);
  EXPECT_EQ(seg.length(), 3u);
  EXPECT_EQ(seg.end(), SeqNumber(259));
  EXPECT_EQ(seg.text_begin(), SeqNumber(257));
  bytes[13] = 0x11;  // FIN and ACK
  ASSERT_EQ(parse(), std::nullopt);
  EXPECT_EQ(seg.length(), 3u);
  EXPECT_EQ(seg.text_begin(), SeqNumber(256));
}

TEST_F(SegmentTest, AWrongChecksumIsDropped) {  // RFC 9293 MUST-3
  info.offload.checksum = mem::ChecksumState::kUnknown;
  EXPECT_EQ(parse(), DropReason::kTcpBadChecksum);
  EXPECT_EQ(host->counters.value(Mib::kTcpInCsumErrors), 1u);
}

TEST_F(SegmentTest, ARightChecksumPasses) {
  info.offload.checksum = mem::ChecksumState::kUnknown;
  bytes[16] = 0xe6;  // the sum of pseudo header and segment, 0x19e2, inverted
  bytes[17] = 0x1d;
  EXPECT_EQ(parse(), std::nullopt);
}

TEST_F(SegmentTest, OneThatIsTooShortIsDropped) {
  bytes.resize(19);
  EXPECT_EQ(parse(), DropReason::kTcpTooShort);
}

TEST_F(SegmentTest, AHeaderLengthThatCannotBeIsDropped) {
  bytes[12] = 0x40;  // 16 bytes
  EXPECT_EQ(parse(), DropReason::kTcpBadHeaderLength);
  bytes[12] = 0x70;  // 28 bytes of 26
  EXPECT_EQ(parse(), DropReason::kTcpBadHeaderLength);
}

TEST_F(SegmentTest, PortZeroIsDropped) {
  bytes[3] = 0;
  EXPECT_EQ(parse(), DropReason::kTcpBadPort);
}

TEST_F(SegmentTest, SynWithFinOrRstIsDropped) {
  for (const uint8_t flags : {0x03, 0x06}) {
    bytes[13] = flags;
    EXPECT_EQ(parse(), DropReason::kTcpBadFlags);
  }
}

TEST_F(SegmentTest, ASynAckMayBringAFin) {  // RFC 9293 3.10.7.3, fourth step
  bytes[13] = 0x13;
  EXPECT_NE(parse(), DropReason::kTcpBadFlags);
}

TEST_F(SegmentTest, OnlyUnicastIsTaken) {  // RFC 9293 MUST-57, RFC 1122 4.2.3.10
  info.ip_broadcast = true;
  EXPECT_EQ(parse(), DropReason::kTcpNotUnicast);
  info.ip_broadcast = false;
  info.link_broadcast = true;
  EXPECT_EQ(parse(), DropReason::kTcpNotUnicast);
  info.link_broadcast = false;
  info.source = Ip4Address::from(224, 0, 0, 1);
  EXPECT_EQ(parse(), DropReason::kTcpNotUnicast);
}

}  // namespace
}  // namespace tapstack::transport::tcp
