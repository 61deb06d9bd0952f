#include "api/create.h"

#include "stack/stack.h"
#include "tests/unit/api/api_test.h"

namespace tapstack::api {
namespace {

TEST(Create, TellsHowMuchMemoryAStackTakes) {
  EXPECT_EQ(stack_bytes(), sizeof(Stack));
  EXPECT_EQ(stack_alignment(), alignof(Stack));
}

TEST(Create, WorksInMemoryOfAnyContentAndLeavesThePoolsAlone) {
  StackMemory memory;
  Stack& stack = create(memory.data(), std::array<uint8_t, kSeedBytes>{});
  EXPECT_EQ(static_cast<void*>(&stack), static_cast<void*>(memory.data()));
  EXPECT_TRUE(next_deadline(stack).is_never());
  EXPECT_TRUE(is_drained(stack, Instant{}));
  EXPECT_LT(test::bytes_written(memory.data(), stack_bytes()), 200'000u);
}

// The port that a socket gets without asking for one.
Port chosen_port(uint8_t seed_byte) {
  StackMemory memory;
  std::array<uint8_t, kSeedBytes> seed{};
  seed.fill(seed_byte);
  Stack& stack = create(memory.data(), seed);
  const SocketId id = *open(stack, kStart, Family::kIp4, SocketKind::kUdp, 0);
  EXPECT_TRUE(bind(stack, kStart, id, {Ip4Address::any(), Port{}}).ok());
  return local_endpoint(stack, id)->port;
}

TEST(Create, TheSeedDecidesWhatIsDrawn) {
  EXPECT_EQ(chosen_port(1), chosen_port(1));
  EXPECT_NE(chosen_port(1), chosen_port(2));
}

}  // namespace
}  // namespace tapstack::api
