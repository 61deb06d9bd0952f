#include "wire/dhcp4_state.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/support/bytes.h"

namespace tapstack::wire {
namespace {

Dhcp4StateRecord record4() {
  Dhcp4StateRecord r;
  r.mac = {{2, 0, 0, 0, 0, 1}};
  r.address = Ip4Address::from(10, 0, 0, 9);
  r.prefix_length = 24;
  r.mtu_bytes = 1400;
  r.server = Ip4Address::from(10, 0, 0, 1);
  r.router = Ip4Address::from(10, 0, 0, 254);
  r.dns[0] = Ip4Address::from(9, 9, 9, 9);
  r.renew_wall_s = 0x1'0000'0001;
  r.rebind_wall_s = 0x1'0000'0002;
  r.expires_wall_s = UINT64_MAX;
  return r;
}

TEST(Dhcp4State, LiesInTheFileAsTheFormatSays) {
  std::array<uint8_t, kDhcp4StateBytes> bytes;
  emit(bytes, record4());
  auto expected = test::hex(
      "54534c34 0001 0000 020000000001 0578 00000018 0a000009 0a000001 0a0000fe"
      "09090909 00000000 00000000 0000000100000001 0000000100000002 ffffffffffffffff");
  expected[6] = bytes[6];  // the check sum: see the next tests
  expected[7] = bytes[7];
  EXPECT_EQ(std::vector<uint8_t>(bytes.begin(), bytes.end()), expected);
}

TEST(Dhcp4State, IsReadAsItWasWritten) {
  std::array<uint8_t, kDhcp4StateBytes> bytes;
  emit(bytes, record4());
  const auto read = parse_dhcp4_state(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->mac, record4().mac);
  EXPECT_EQ(read->address, record4().address);
  EXPECT_EQ(read->prefix_length, 24);
  EXPECT_EQ(read->mtu_bytes, 1400);
  EXPECT_EQ(read->server, record4().server);
  EXPECT_EQ(read->router, record4().router);
  EXPECT_EQ(read->dns, record4().dns);
  EXPECT_EQ(read->renew_wall_s, record4().renew_wall_s);
  EXPECT_EQ(read->rebind_wall_s, record4().rebind_wall_s);
  EXPECT_EQ(read->expires_wall_s, UINT64_MAX);
}

TEST(Dhcp4State, EveryDamagedBitIsNoticed) {
  std::array<uint8_t, kDhcp4StateBytes> bytes;
  emit(bytes, record4());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
    EXPECT_FALSE(parse_dhcp4_state(bytes)) << bit;
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
  }
}

TEST(Dhcp4State, AnotherLengthIsNoState) {
  std::array<uint8_t, kDhcp4StateBytes + 1> bytes{};
  emit(std::span(bytes).first<kDhcp4StateBytes>(), record4());
  EXPECT_FALSE(parse_dhcp4_state(bytes));
  EXPECT_FALSE(parse_dhcp4_state(std::span(bytes).first(kDhcp4StateBytes - 1)));
}

}  // namespace
}  // namespace tapstack::wire
