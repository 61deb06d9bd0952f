#include "net/reassembly.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

class ReassemblyTest : public NetTest {
 protected:
  Reassembly& reassembly() { return parts().reassembly; }

  // A fragment of pattern(): [begin, end).
  Delivery fragment(size_t begin, size_t end, bool more, unsigned id = 1, unsigned tos = 0) {
    const unsigned field = static_cast<unsigned>(begin / 8) | (more ? kMf : 0);
    return input(ip4({.id = id, .fragment = field, .tos = tos},
                     head(tail(test::pattern(70'000), begin), end - begin)));
  }
  void expect_whole(const Delivery& delivery, size_t bytes) {
    ASSERT_TRUE(delivery);
    EXPECT_EQ(tail(bytes_of(*delivery.packet), 20), test::pattern(bytes));
  }
};

TEST_F(ReassemblyTest, JoinsInOrder) {
  EXPECT_FALSE(fragment(0, 1480, true));
  EXPECT_FALSE(fragment(1480, 2960, true));
  expect_whole(fragment(2960, 3001, false), 3001);
  EXPECT_EQ(reassembly().used(), 0u);
  EXPECT_EQ(reassembly().blocks_held(), 0u);
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

TEST_F(ReassemblyTest, JoinsInAnyOrder) {
  EXPECT_FALSE(fragment(32, 40, false));
  EXPECT_FALSE(fragment(0, 8, true));
  EXPECT_FALSE(fragment(16, 32, true));
  expect_whole(fragment(8, 16, true), 40);
}

TEST_F(ReassemblyTest, JoinsDatagramsSideBySide) {
  EXPECT_FALSE(fragment(0, 16, true, 1));
  EXPECT_FALSE(fragment(0, 24, true, 2));
  expect_whole(fragment(24, 30, false, 2), 30);
  expect_whole(fragment(16, 20, false, 1), 20);
}

TEST_F(ReassemblyTest, ExactDuplicatesAreTolerated) {
  EXPECT_FALSE(fragment(0, 16, true));
  EXPECT_FALSE(fragment(0, 16, true));
  EXPECT_EQ(drops(DropReason::kReassemblyDuplicate), 1u);
  expect_whole(fragment(16, 20, false), 20);
}

TEST_F(ReassemblyTest, TeardropIsRefusedAsAWhole) {
  EXPECT_FALSE(fragment(0, 40, true));
  EXPECT_FALSE(fragment(24, 28, false));  // inside the first
  EXPECT_EQ(drops(DropReason::kReassemblyOverlap), 1u);
  EXPECT_EQ(reassembly().blocks_held(), 0u);
  EXPECT_FALSE(fragment(40, 48, false)) << "what still comes is swallowed (RFC 5722 4)";
  EXPECT_FALSE(fragment(0, 40, true));
  run_until(ctx_.now + Duration::s(30));
  EXPECT_EQ(reassembly().used(), 0u);
  EXPECT_TRUE(sent().empty()) << "nothing is reported about a refused datagram";
}

TEST_F(ReassemblyTest, EveryKindOfOverlapIsRefused) {
  const struct {
    size_t begin, end;
  } overlaps[] = {{8, 24}, {24, 40}, {8, 40}, {16, 24}, {24, 32}, {0, 64}};
  unsigned id = 10;
  for (const auto& [begin, end] : overlaps) {
    EXPECT_FALSE(fragment(16, 32, true, ++id));
    EXPECT_FALSE(fragment(begin, end, true, id));
    EXPECT_EQ(drops(DropReason::kReassemblyOverlap), id - 10) << begin;
    reassembly().flush(ctx_, ts0_);
  }
}

TEST_F(ReassemblyTest, TwoDifferentEndsAreRefused) {
  EXPECT_FALSE(fragment(32, 40, false));
  EXPECT_FALSE(fragment(40, 48, false));
  EXPECT_EQ(drops(DropReason::kReassemblyInconsistent), 1u);
}

TEST_F(ReassemblyTest, DataBeyondTheEndIsRefused) {
  EXPECT_FALSE(fragment(32, 40, false));
  EXPECT_FALSE(fragment(48, 56, true));
  EXPECT_EQ(drops(DropReason::kReassemblyInconsistent), 1u);
}

TEST_F(ReassemblyTest, EndBeforeDataIsRefused) {
  EXPECT_FALSE(fragment(48, 56, true));
  EXPECT_FALSE(fragment(32, 40, false));
  EXPECT_EQ(drops(DropReason::kReassemblyInconsistent), 1u);
}

TEST_F(ReassemblyTest, PingOfDeathIsDropped) {
  EXPECT_FALSE(fragment(65'528, 65'535, false));
  EXPECT_FALSE(fragment(65'520, 65'528, false));
  EXPECT_EQ(drops(DropReason::kReassemblyTooLong), 2u);
  EXPECT_EQ(reassembly().used(), 0u);
}

TEST_F(ReassemblyTest, LargestDatagramIsJoined) {
  const size_t total = 65'515;
  for (size_t at = 0; at + 1480 < total; at += 1480) {
    ASSERT_FALSE(fragment(at, at + 1480, true));
  }
  expect_whole(fragment(total / 1480 * 1480, total, false), total);
}

TEST_F(ReassemblyTest, EmptyAndOddFragmentsAreDropped) {
  EXPECT_FALSE(fragment(8, 8, true));
  EXPECT_FALSE(fragment(0, 15, true));
  EXPECT_EQ(drops(DropReason::kIpBadFragment), 2u);
  EXPECT_EQ(reassembly().used(), 0u);
}

TEST_F(ReassemblyTest, TimeoutIsReportedWhenTheFirstFragmentCame) {
  learn_peer();
  const Instant start = ctx_.now;
  EXPECT_FALSE(fragment(0, 16, true));
  EXPECT_EQ(timers_->next_deadline(), start + Duration::s(30));
  advance(Duration::s(20));
  EXPECT_FALSE(fragment(16, 32, true)) << "does not prolong it";
  run_until(start + Duration::s(30));
  const Frame error = sent_packet();
  ASSERT_EQ(error.size(), 20u + 8 + 20 + 16);
  EXPECT_EQ(head(tail(error, 20), 2), test::hex("0b 01"));
  EXPECT_EQ(tail(error, 48), test::pattern(16));
  EXPECT_EQ(counters_.value(Mib::kIpReasmTimeout), 1u);
  expect_nothing_held();
}

TEST_F(ReassemblyTest, TimeoutIsSilentWithoutTheFirstFragment) {
  learn_peer();
  EXPECT_FALSE(fragment(16, 32, true));
  run_until(ctx_.now + Duration::s(30));
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(drops(DropReason::kReassemblyTimeout), 1u);
  expect_nothing_held();
}

TEST_F(ReassemblyTest, OldestDatagramGivesWayWhenTheTableIsFull) {
  for (unsigned id = 0; id <= kConfig.reassemblies; ++id) {
    EXPECT_FALSE(fragment(0, 16, true, id));
  }
  EXPECT_EQ(drops(DropReason::kReassemblyEvicted), 1u);
  EXPECT_EQ(reassembly().used(), kConfig.reassemblies);
  EXPECT_FALSE(fragment(16, 20, false, 0)) << "forgotten";
  expect_whole(fragment(16, 20, false, kConfig.reassemblies), 20);
}

TEST_F(ReassemblyTest, TooManyFragmentsOfOneDatagramAreRefused) {
  for (size_t i = 0; i < kConfig.reassembly_fragments_max; ++i) {
    EXPECT_FALSE(fragment(i * 16, i * 16 + 8, true));
  }
  EXPECT_EQ(reassembly().blocks_held(), kConfig.reassembly_fragments_max);
  EXPECT_FALSE(fragment(8, 16, true));
  EXPECT_EQ(drops(DropReason::kReassemblyTooManyFragments), 1u);
  EXPECT_EQ(reassembly().blocks_held(), 0u);
}

TEST_F(ReassemblyTest, BlocksOfAllTogetherAreBounded) {
  const size_t per_datagram = kConfig.reassembly_fragments_max;
  const size_t datagrams = kConfig.reassembly_blocks_max / per_datagram + 1;
  for (unsigned id = 0; id < datagrams; ++id) {
    for (size_t i = 0; i < per_datagram; ++i) {
      EXPECT_FALSE(fragment(i * 16, i * 16 + 8, true, id));
      ASSERT_LE(reassembly().blocks_held(), kConfig.reassembly_blocks_max);
    }
  }
  EXPECT_EQ(drops(DropReason::kReassemblyEvicted), 1u);
}

TEST_F(ReassemblyTest, CongestionExperiencedInOneFragmentMarksTheWhole) {
  EXPECT_FALSE(fragment(0, 16, true, 1, 2));
  const Delivery delivery = fragment(16, 20, false, 1, 3);
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.packet->info.tos & 3, 3) << "RFC 3168 5.3";
}

TEST_F(ReassemblyTest, CongestionExperiencedBesideNotEctIsDropped) {
  EXPECT_FALSE(fragment(0, 16, true, 1, 0));
  EXPECT_FALSE(fragment(16, 20, false, 1, 3));
  expect_nothing_held();
}

TEST_F(ReassemblyTest, VerifiedFragmentDoesNotVouchForTheDatagram) {
  mem::PacketPtr first = packet_of(
      link::ethernet(kOurMac, kPeerMac, 0x0800, ip4({.fragment = kMf}, test::pattern(16))));
  first->info.offload.checksum = mem::ChecksumState::kVerified;
  EXPECT_FALSE(network_->input(ctx_, ts0_, std::move(first)));
  const Delivery delivery = input(ip4({.fragment = 2}, test::pattern(4, 16)));
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.packet->info.offload.checksum, mem::ChecksumState::kUnknown);
}

}  // namespace
}  // namespace tapstack::net
