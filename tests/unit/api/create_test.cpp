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

// The sequence number of the SYN of a connection that is always between the same ports.
uint32_t sequence_number(uint8_t seed_byte, uint8_t secret_byte, Instant now) {
  StackMemory memory;
  std::array<uint8_t, kSeedBytes> seed{}, secret{};
  seed.fill(seed_byte);
  secret.fill(secret_byte);
  Stack& stack = create(memory.data(), seed);
  share_sequence(stack, secret);
  InterfaceSettings settings = device_settings();
  settings.layer = link::LinkLayer::kRawIp;
  const InterfaceId device = *add_interface(stack, now, settings);
  EXPECT_TRUE(add_address(stack, now, device, {kOurs, 24}).ok());
  const SocketId id = *open(stack, now, Family::kIp4, SocketKind::kTcp, 0);
  EXPECT_TRUE(bind(stack, now, id, {kOurs, Port{4000}}).ok());
  connect(stack, now, id, {kPeer, Port{5000}}).ignore();
  Frame syn;
  EXPECT_TRUE(next_frame(stack, now, device, syn));
  constexpr size_t kSequenceOffset = 20 + 4;
  const uint8_t* at = syn.spans[0].data() + kSequenceOffset;
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3];
}

TEST(Create, SequenceNumbersGoOnWhereStacksShareASecret) {  // RFC 6528 3
  const uint32_t first = sequence_number(1, 9, kStart);
  EXPECT_EQ(sequence_number(2, 9, kStart + Duration::s(1)) - first, 250'000u);
  EXPECT_NE(sequence_number(2, 8, kStart), first);
}

}  // namespace
}  // namespace tapstack::api
