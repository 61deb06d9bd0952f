#include "wire/icmp6.h"

#include <gtest/gtest.h>

#include "tests/unit/support/bytes.h"

namespace tapstack::wire {
namespace {

// RFC 4443 2.1 and 4.1.
TEST(Icmp6, EchoIsWrittenAsRfc4443Has4_1) {
  std::array<uint8_t, 8> bytes;
  emit(bytes, Icmp6Header::echo(0x1234, 0x0001));
  EXPECT_EQ(bytes, (std::array<uint8_t, 8>{128, 0, 0, 0, 0x12, 0x34, 0, 1}));
  const auto view = *Icmp6View::parse(bytes);
  EXPECT_EQ(view.type(), Icmp6Type::kEcho);
  EXPECT_EQ(view.identifier(), 0x1234);
  EXPECT_EQ(view.sequence_number(), 1);
  EXPECT_FALSE(view.is_error());
}

TEST(Icmp6, MtuAndPointerHave32Bits) {
  const auto too_big = test::hex("02 00 0000 00010578");
  EXPECT_EQ(Icmp6View::parse(too_big)->mtu(), 0x10578u);
  EXPECT_TRUE(Icmp6View::parse(too_big)->is_error());
  std::array<uint8_t, 8> bytes;
  emit(bytes, Icmp6Header::parameter_problem(1, 0x12345));
  EXPECT_EQ(Icmp6View::parse(bytes)->pointer(), 0x12345u);
  EXPECT_EQ(Icmp6View::parse(bytes)->code(), 1);
}

TEST(Icmp6, LessThanEightBytesAreNoMessage) {
  EXPECT_FALSE(Icmp6View::parse(test::hex("80 00 0000 123400")));
}

}  // namespace
}  // namespace tapstack::wire
