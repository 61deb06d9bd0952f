#include "link/packet_filter.h"

#include <gtest/gtest.h>

#include "tests/unit/link/filter_codes.h"
#include "tests/unit/link/link_test.h"

namespace tapstack::link {
namespace {

// An IPv4 UDP datagram from 10.10.10.1:53 in an Ethernet frame.
const Frame kDns = test::hex(
    "020000000002 020000000001 0800"
    "45000020 00010000 40110000 0a0a0a01 0a0a0a02"
    "0035 3039 000c 0000 61626364");

FilterSubject subject_of(const Frame& frame) {
  FilterSubject subject;
  subject.front = frame;
  subject.network = 14;
  subject.has_link = true;
  subject.protocol = 0x0800;
  subject.packet_type = 3;
  subject.interface = 2;
  subject.link_type = 1;
  return subject;
}

uint32_t run(const Program& program, const Frame& frame = kDns) {
  EXPECT_TRUE(check_filter(program).ok());
  return run_filter(program, subject_of(frame));
}

TEST(PacketFilterTest, ReturnsAConstantOrTheAccumulator) {
  EXPECT_EQ(run({op(kRetK, 96)}), 96u);
  EXPECT_EQ(run({op(kLdImm, 7), op(kRetA)}), 7u);
}

TEST(PacketFilterTest, LoadsAreInNetworkOrder) {
  EXPECT_EQ(run({op(kLdW, 26), op(kRetA)}), 0x0a0a0a01u);
  EXPECT_EQ(run({op(kLdH, 12), op(kRetA)}), 0x0800u);
  EXPECT_EQ(run({op(kLdB, 23), op(kRetA)}), 0x11u);
  EXPECT_EQ(run({op(kLdxImm, 10), op(kLdIndW, 16), op(kRetA)}), 0x0a0a0a01u);
  EXPECT_EQ(run({op(kLdLen), op(kRetA)}), kDns.size());
}

// What `tcpdump -dd udp src port 53` makes.
TEST(PacketFilterTest, ACompiledFilterTakesWhatItDescribes) {
  const Program program = {op(kLdH, 12),
                           op(kJeq, 0x86dd, 0, 4),
                           op(kLdB, 20),
                           op(kJeq, 17, 0, 11),
                           op(kLdH, 54),
                           op(kJeq, 53, 8, 9),
                           op(kJeq, 0x800, 0, 8),
                           op(kLdB, 23),
                           op(kJeq, 17, 0, 6),
                           op(kLdH, 20),
                           op(kJset, 0x1fff, 4, 0),
                           op(kLdxMsh, 14),
                           op(0x48, 14),
                           op(kJeq, 53, 0, 1),
                           op(kRetK, 262144),
                           op(kRetK, 0)};
  EXPECT_EQ(run(program), 262144u);
  Frame other = kDns;
  other[35] = 54;
  EXPECT_EQ(run(program, other), 0u);
}

TEST(PacketFilterTest, ALoadBehindTheEndRejectsThePacket) {
  EXPECT_EQ(run({op(kLdB, 45), op(kRetK, 1)}), 1u);
  EXPECT_EQ(run({op(kLdB, 46), op(kRetK, 1)}), 0u);
  EXPECT_EQ(run({op(kLdW, 43), op(kRetK, 1)}), 0u);
  EXPECT_EQ(run({op(kLdxImm, 0xffffffff), op(kLdIndB, 0x7fffffff), op(kRetK, 1)}), 0u);
}

TEST(PacketFilterTest, ArithmeticWrapsAndDivisionByZeroRejects) {
  EXPECT_EQ(run({op(kLdImm, 5), op(0x14, 7), op(kRetA)}), 0xfffffffeu);
  EXPECT_EQ(run({op(kLdImm, 6), op(0x24, 7), op(0x34, 4), op(kRetA)}), 10u);
  EXPECT_EQ(run({op(kLdImm, 17), op(0x94, 5), op(kRetA)}), 2u);
  EXPECT_EQ(run({op(kLdImm, 0xf0), op(0x44, 1), op(0x54, 0x81), op(0xa4, 0xff), op(kRetA)}), 0x7eu);
  EXPECT_EQ(run({op(kLdImm, 1), op(0x64, 31), op(0x74, 30), op(kRetA)}), 2u);
  EXPECT_EQ(run({op(kLdImm, 1), op(0x84), op(kRetA)}), 0xffffffffu);
  EXPECT_EQ(run({op(kLdImm, 1), op(0x3c), op(kRetK, 1)}), 0u);
  EXPECT_EQ(run({op(kLdImm, 1), op(0x9c), op(kRetK, 1)}), 0u);
}

TEST(PacketFilterTest, JumpsCompareWithoutSign) {
  const auto taken = [](uint16_t code, uint32_t a, uint32_t k) {
    return run({op(kLdImm, a), op(code, k, 0, 1), op(kRetK, 1), op(kRetK, 2)}) == 1;
  };
  EXPECT_TRUE(taken(kJgt, 0xffffffff, 1));
  EXPECT_FALSE(taken(kJgt, 1, 1));
  EXPECT_TRUE(taken(kJge, 1, 1));
  EXPECT_TRUE(taken(kJset, 6, 2));
  EXPECT_FALSE(taken(kJset, 6, 1));
  EXPECT_EQ(run({op(kJa, 1), op(kRetK, 1), op(kRetK, 2)}), 2u);
}

TEST(PacketFilterTest, MemoryHoldsBothRegisters) {
  EXPECT_EQ(run({op(kLdImm, 3), op(kSt, 15), op(kLdxMem, 15), op(kStx, 0), op(kLdMem, 0), op(0x0c),
                 op(kRetA)}),
            6u);
  EXPECT_EQ(run({op(kLdImm, 3), op(kTax), op(kLdImm, 0), op(kTxa), op(kRetA)}), 3u);
}

TEST(PacketFilterTest, FactsAreLoadedFromNegativeOffsets) {
  const auto fact = [](uint32_t n) { return run({op(kLdW, 0xfffff000 + n), op(kRetA)}); };
  EXPECT_EQ(fact(0), 0x0800u);
  EXPECT_EQ(fact(4), 3u);
  EXPECT_EQ(fact(8), 2u);
  EXPECT_EQ(fact(28), 1u);
  EXPECT_EQ(fact(48), 0u);
  EXPECT_EQ(run({op(kLdImm, 5), op(kLdxImm, 3), op(kLdB, 0xfffff000 + 40), op(kRetA)}), 6u);
}

TEST(PacketFilterTest, NegativeOffsetsReachTheNetworkAndTheLinkHeader) {
  EXPECT_EQ(run({op(kLdB, 0xfff00000 + 9), op(kRetA)}), 17u);
  EXPECT_EQ(run({op(kLdH, 0xffe00000 + 12), op(kRetA)}), 0x0800u);
  FilterSubject without_link = subject_of(kDns);
  without_link.has_link = false;
  const Program program = {op(kLdB, 0xffe00000), op(kRetK, 1)};
  EXPECT_EQ(run_filter(program, without_link), 0u);
}

TEST(PacketFilterTest, OffsetsCountFromWhereTheDataBegins) {
  FilterSubject cooked = subject_of(kDns);
  cooked.begin = 14;
  const Program program = {op(kLdB, 9), op(kTax), op(kLdLen), op(0x0c), op(kRetA)};
  ASSERT_TRUE(check_filter(program).ok());
  EXPECT_EQ(run_filter(program, cooked), 17 + kDns.size() - 14);
}

class PacketFilterPacketTest : public LinkTest {};

TEST_F(PacketFilterPacketTest, BytesMayLieInFrontOfThePacketAndInIt) {
  const Frame link(kDns.begin(), kDns.begin() + 13);
  mem::PacketPtr packet = packet_of(Frame(kDns.begin() + 13, kDns.end()));
  FilterSubject subject = subject_of(link);
  subject.memory = memory_.get();
  subject.packet = &*packet;
  const Program program = {op(kLdW, 11), op(kRetA)};
  EXPECT_EQ(run_filter(program, subject), 0x01080045u);
  EXPECT_EQ(subject.length(), kDns.size());
}

}  // namespace
}  // namespace tapstack::link
