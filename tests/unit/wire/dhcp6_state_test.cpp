#include "wire/dhcp6_state.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

#include "wire/lease_state.h"

namespace tapstack::wire {
namespace {

Dhcp6StateRecord record6() {
  Dhcp6StateRecord r;
  r.mac = {{2, 0, 0, 0, 0, 1}};
  r.address = Ip6Address::from(0xfd10, 0, 0, 0, 0, 0, 0, 9);
  r.server_bytes = 3;
  r.server = {1, 2, 3};
  r.dns[0] = Ip6Address::from(0xfd10, 0, 0, 0, 0, 0, 0, 0x53);
  r.search_bytes = 1;
  r.search[0] = 'a';
  r.renew_wall_s = 0x1'0000'0001;
  r.rebind_wall_s = 0x1'0000'0002;
  r.preferred_wall_s = 0x1'0000'0003;
  r.valid_wall_s = UINT64_MAX;
  return r;
}

std::array<uint8_t, kDhcp6StateBytes> emitted(const Dhcp6StateRecord& r) {
  std::array<uint8_t, kDhcp6StateBytes> bytes;
  emit(bytes, r);
  return bytes;
}

TEST(Dhcp6StateTest, IsReadAsItWasWritten) {
  const auto read = parse_dhcp6_state(emitted(record6()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->mac, record6().mac);
  EXPECT_EQ(read->address, record6().address);
  EXPECT_EQ(read->server_bytes, 3);
  EXPECT_EQ(read->server, record6().server);
  EXPECT_EQ(read->dns, record6().dns);
  EXPECT_EQ(read->search_bytes, 1);
  EXPECT_EQ(read->search, record6().search);
  EXPECT_EQ(read->renew_wall_s, record6().renew_wall_s);
  EXPECT_EQ(read->rebind_wall_s, record6().rebind_wall_s);
  EXPECT_EQ(read->preferred_wall_s, record6().preferred_wall_s);
  EXPECT_EQ(read->valid_wall_s, UINT64_MAX);
}

TEST(Dhcp6StateTest, BeginsWithItsMagicAndVersion) {
  const auto bytes = emitted(record6());
  EXPECT_EQ(load_be32(bytes.data()), 0x54534c36u);
  EXPECT_EQ(load_be16(&bytes[4]), 1);
}

TEST(Dhcp6StateTest, EveryDamagedBitIsNoticed) {
  auto bytes = emitted(record6());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
    EXPECT_FALSE(parse_dhcp6_state(bytes)) << bit;
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
  }
}

TEST(Dhcp6StateTest, ARecordOfAnotherLengthIsNone) {
  const auto bytes = emitted(record6());
  EXPECT_FALSE(parse_dhcp6_state(std::span(bytes).first(bytes.size() - 1)));
  EXPECT_FALSE(parse_dhcp6_state({}));
}

TEST(Dhcp6StateTest, LengthsThatCannotBeAreRefused) {
  for (const uint8_t length : {0, 131, 255}) {
    Dhcp6StateRecord r = record6();
    r.server_bytes = length;
    EXPECT_FALSE(parse_dhcp6_state(emitted(r))) << int{length};
  }
  Dhcp6StateRecord r = record6();
  r.search_bytes = 257;
  EXPECT_FALSE(parse_dhcp6_state(emitted(r)));
}

}  // namespace
}  // namespace tapstack::wire
