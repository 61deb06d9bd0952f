#include "wire/ip6.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/support/bytes.h"

namespace tapstack::wire {
namespace {

// RFC 8200 3: class 0xb8 (EF), label 0x12345, 8 bytes of UDP, hop limit 64.
constexpr auto kIp6Header =
    std::to_array<uint8_t>({0x6b, 0x81, 0x23, 0x45, 0x00, 0x08, 0x11, 0x40,  //
                            0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                            0x00, 0x00, 0x00, 0x00, 0x01, 0xfe, 0x80, 0x00, 0x00, 0x00, 0x00,
                            0x00, 0x00, 0x02, 0x11, 0x22, 0xff, 0xfe, 0x33, 0x44, 0x56});

TEST(Ip6, FieldsOfAHeaderAreRead) {
  const auto view = Ip6View::parse(kIp6Header, kIp6Header.size() + 8);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->traffic_class(), 0xb8);
  EXPECT_EQ(view->flow_label(), 0x12345u);
  EXPECT_EQ(view->payload_bytes(), 8);
  EXPECT_EQ(view->next_header(), ip_protocol::kUdp);
  EXPECT_EQ(view->hop_limit(), 64);
  EXPECT_EQ(view->source(), Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
  EXPECT_EQ(view->destination(), Ip6Address::from(0xfe80, 0, 0, 0, 0x211, 0x22ff, 0xfe33, 0x4456));
}

TEST(Ip6, WhatIsEmittedReadsBack) {
  std::array<uint8_t, Ip6View::kHeaderBytes> bytes;
  emit(bytes, Ip6Header{0xb8, 0x12345, 8, ip_protocol::kUdp, 64,
                        Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1),
                        Ip6Address::from(0xfe80, 0, 0, 0, 0x211, 0x22ff, 0xfe33, 0x4456)});
  EXPECT_EQ(bytes, kIp6Header);
}

TEST(Ip6, AHeaderThatCannotBeUsedIsNamed) {
  EXPECT_EQ(Ip6View::check(std::span(kIp6Header).first(39), 48), Ip6Problem::kTooShort);
  EXPECT_EQ(Ip6View::check(kIp6Header, 47), Ip6Problem::kBadPayloadLength);
  auto bytes = kIp6Header;
  bytes[0] = 0x45;
  EXPECT_EQ(Ip6View::check(bytes, 48), Ip6Problem::kBadVersion);
  EXPECT_FALSE(Ip6View::parse(bytes, 48));
  EXPECT_FALSE(Ip6View::parse_quoted(bytes));
}

TEST(Ip6, AQuotedHeaderMayBeWithoutItsPayload) {
  EXPECT_TRUE(Ip6View::parse_quoted(kIp6Header));
  EXPECT_FALSE(Ip6View::parse_quoted(std::span(kIp6Header).first(39)));
}

TEST(Ip6, EditsLeaveTheOtherFieldsAlone) {
  auto bytes = kIp6Header;
  Ip6Editor editor(bytes);
  editor.set_traffic_class(0x03);
  editor.set_payload_bytes(1280);
  editor.set_next_header(ip_protocol::kTcp);
  const auto view = Ip6View::parse_quoted(bytes);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->version(), 6);
  EXPECT_EQ(view->traffic_class(), 0x03);
  EXPECT_EQ(view->flow_label(), 0x12345u);
  EXPECT_EQ(view->payload_bytes(), 1280);
  EXPECT_EQ(view->next_header(), ip_protocol::kTcp);
}

}  // namespace
}  // namespace tapstack::wire
