#include <gtest/gtest.h>

#include "link/packet_filter.h"
#include "tests/unit/link/filter_codes.h"

namespace tapstack::link {
namespace {

bool is_accepted(const Program& program) { return check_filter(program).ok(); }

TEST(PacketFilterCheckTest, RefusesWhatIsNoProgram) {
  EXPECT_FALSE(is_accepted({}));
  EXPECT_FALSE(is_accepted({op(kLdImm)}));
  EXPECT_FALSE(is_accepted({op(0x1234), op(kRetK)}));
  EXPECT_FALSE(is_accepted({op(0x0e), op(kRetK)}));  // BPF_RET | BPF_X
  EXPECT_FALSE(is_accepted({op(0x08), op(kRetK)}));  // BPF_LD | BPF_H | BPF_IMM
  EXPECT_FALSE(is_accepted({op(0x8c), op(kRetK)}));  // BPF_NEG | BPF_X
  EXPECT_TRUE(is_accepted(Program(4096, op(kRetK))));
  EXPECT_FALSE(is_accepted(Program(4097, op(kRetK))));
}

TEST(PacketFilterCheckTest, RefusesJumpsOutOfTheProgram) {
  EXPECT_TRUE(is_accepted({op(kJa, 0), op(kRetK)}));
  EXPECT_FALSE(is_accepted({op(kJa, 1), op(kRetK)}));
  EXPECT_FALSE(is_accepted({op(kJa, 0xffffffff), op(kRetK)}));
  EXPECT_FALSE(is_accepted({op(kJeq, 0, 1, 0), op(kRetK)}));
  EXPECT_FALSE(is_accepted({op(kJeq, 0, 0, 1), op(kRetK)}));
}

TEST(PacketFilterCheckTest, RefusesBadOperands) {
  EXPECT_FALSE(is_accepted({op(0x34, 0), op(kRetK)}));
  EXPECT_FALSE(is_accepted({op(0x94, 0), op(kRetK)}));
  EXPECT_FALSE(is_accepted({op(0x64, 32), op(kRetK)}));
  EXPECT_FALSE(is_accepted({op(kSt, 16), op(kRetK)}));
  EXPECT_FALSE(is_accepted({op(kLdW, 0xfffff000 + 64), op(kRetK)}));
  EXPECT_FALSE(is_accepted({op(kLdW, 0xfffff000 + 2), op(kRetK)}));
  EXPECT_TRUE(is_accepted({op(kLdW, 0xfff00000), op(kRetK)}));
}

TEST(PacketFilterCheckTest, RefusesWordsThatSomeWayLeavesUnwritten) {
  EXPECT_FALSE(is_accepted({op(kLdMem, 0), op(kRetK)}));
  EXPECT_FALSE(is_accepted({op(kJeq, 0, 0, 1), op(kSt, 2), op(kLdMem, 2), op(kRetK)}));
  EXPECT_TRUE(is_accepted(
      {op(kJeq, 0, 0, 2), op(kSt, 2), op(kJa, 1), op(kStx, 2), op(kLdMem, 2), op(kRetK)}));
}

}  // namespace
}  // namespace tapstack::link
