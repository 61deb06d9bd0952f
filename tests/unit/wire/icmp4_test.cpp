#include "wire/icmp4.h"

#include <gtest/gtest.h>

#include <array>

#include "wire/ip4.h"

namespace tapstack::wire {
namespace {

// Echo request with an odd number of data bytes.
constexpr std::array<uint8_t, 13> kEcho = {0x08, 0x00, 0xbc, 0x03, 0x12, 0x34, 0x00,
                                           0x01, 'a',  'b',  'c',  'd',  'e'};

using Header = std::array<uint8_t, 8>;

Header emitted(const Icmp4Header& h) {
  Header out;
  out.fill(0xee);
  emit(out, h);
  return out;
}

TEST(Icmp4View, ReadsAnEcho) {
  const auto view = Icmp4View::parse(kEcho);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->type(), Icmp4Type::kEcho);
  EXPECT_EQ(view->code(), 0);
  EXPECT_EQ(view->checksum(), 0xbc03);
  EXPECT_EQ(view->identifier(), 0x1234);
  EXPECT_EQ(view->sequence_number(), 1);
  EXPECT_FALSE(view->is_error());
  ASSERT_EQ(view->data().size(), 5u);
  EXPECT_EQ(view->data()[4], 'e');
}

TEST(Icmp4View, RefusesEveryTruncatedHeader) {
  for (size_t n = 0; n < 8; ++n) EXPECT_FALSE(Icmp4View::parse(std::span(kEcho).first(n))) << n;
}

TEST(Icmp4View, ChecksumCoversTheWholeMessage) {
  EXPECT_TRUE(Icmp4View::parse(kEcho)->is_checksum_good());
  auto damaged = kEcho;
  damaged[12] ^= 1;
  EXPECT_FALSE(Icmp4View::parse(damaged)->is_checksum_good());
  EXPECT_FALSE(Icmp4View::parse(std::span(kEcho).first(12))->is_checksum_good());
}

TEST(Icmp4View, ReadsTheNextHopMtu) {
  const Header bytes = {3, 4, 0, 0, 0xff, 0xff, 0x05, 0x14};
  const auto view = Icmp4View::parse(bytes);
  EXPECT_EQ(view->type(), Icmp4Type::kDestinationUnreachable);
  EXPECT_EQ(view->code(), icmp4_unreachable::kFragmentationNeeded);
  EXPECT_EQ(view->next_hop_mtu(), 1300);
}

TEST(Icmp4View, ReadsThePointerOfAParameterProblem) {
  const Header bytes = {12, 0, 0, 0, 21, 0xff, 0xff, 0xff};
  EXPECT_EQ(Icmp4View::parse(bytes)->type(), Icmp4Type::kParameterProblem);
  EXPECT_EQ(Icmp4View::parse(bytes)->pointer(), 21);
}

TEST(Icmp4View, ReadsTheGatewayOfARedirect) {
  const Header bytes = {5, 1, 0, 0, 10, 10, 10, 254};
  EXPECT_EQ(Icmp4View::parse(bytes)->type(), Icmp4Type::kRedirect);
  EXPECT_EQ(Icmp4View::parse(bytes)->gateway(), Ip4Address::from(10, 10, 10, 254));
}

TEST(Icmp4View, ErrorsAreTheFiveTypesThatQuote) {
  for (unsigned type = 0; type < 256; ++type) {
    const Header bytes = {static_cast<uint8_t>(type), 0, 0, 0, 0, 0, 0, 0};
    const bool expected = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    EXPECT_EQ(Icmp4View::parse(bytes)->is_error(), expected) << type;
  }
}

TEST(Icmp4View, DataOfAnErrorIsTheQuotedPacket) {
  const std::array<uint8_t, 36> bytes = {
      3, 3, 0,  0,  0,  0, 0,  0,  0x45, 0x00, 0x02, 0x00, 0,    1,  0,    0,    64,   17,
      0, 0, 10, 10, 10, 2, 10, 10, 10,   1,    0xc0, 0x00, 0x00, 53, 0x01, 0xec, 0x00, 0x00};
  const auto quote = Ip4View::parse_quoted(Icmp4View::parse(bytes)->data());
  ASSERT_TRUE(quote);
  EXPECT_EQ(quote->protocol(), ip_protocol::kUdp);
  EXPECT_EQ(quote->destination(), Ip4Address::from(10, 10, 10, 1));
}

TEST(Icmp4Emit, WritesEchoAndReplyWithAnEmptyChecksum) {
  EXPECT_EQ(emitted(Icmp4Header::echo(0x1234, 0x5678)),
            (Header{8, 0, 0, 0, 0x12, 0x34, 0x56, 0x78}));
  EXPECT_EQ(emitted(Icmp4Header::echo_reply(0x1234, 0x5678)),
            (Header{0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78}));
}

TEST(Icmp4Emit, WritesErrors) {
  EXPECT_EQ(emitted(Icmp4Header::unreachable(3)), (Header{3, 3, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(emitted(Icmp4Header::unreachable(4, 1300)), (Header{3, 4, 0, 0, 0, 0, 0x05, 0x14}));
  EXPECT_EQ(emitted(Icmp4Header::time_exceeded(1)), (Header{11, 1, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(emitted(Icmp4Header::parameter_problem(0, 21)), (Header{12, 0, 0, 0, 21, 0, 0, 0}));
  EXPECT_EQ(emitted(Icmp4Header::redirect(1, Ip4Address::from(10, 10, 10, 254))),
            (Header{5, 1, 0, 0, 10, 10, 10, 254}));
}

TEST(Icmp4Editor, TurnsAnEchoIntoItsReplyAndKeepsTheChecksumRight) {
  auto bytes = kEcho;
  IcmpEditor(bytes).change_type(0);
  auto expected = kEcho;
  expected[0] = 0;
  expected[2] = 0xc4;
  EXPECT_EQ(bytes, expected);
  EXPECT_TRUE(Icmp4View::parse(bytes)->is_checksum_good());
}

TEST(Icmp4Editor, TurnsEveryEchoIntoAReplyWithAGoodChecksum) {
  for (uint32_t identifier = 0; identifier <= 0xffff; ++identifier) {
    Header bytes = emitted(Icmp4Header::echo(static_cast<uint16_t>(identifier), 0));
    IcmpEditor editor(bytes);
    editor.set_checksum(checksum_of(bytes));
    editor.change_type(0);
    ASSERT_TRUE(Icmp4View::parse(bytes)->is_checksum_good()) << identifier;
  }
}

TEST(Icmp4Editor, ChangesTheIdentifierInPlace) {
  auto bytes = kEcho;
  IcmpEditor(bytes).set_identifier(0xabcd);
  EXPECT_EQ(Icmp4View::parse(bytes)->identifier(), 0xabcd);
  EXPECT_EQ(Icmp4View::parse(bytes)->sequence_number(), 1);
}

TEST(Icmp4Codes, NumbersAreThoseOfTheRfcs) {
  EXPECT_EQ(icmp4_unreachable::kNetwork, 0);
  EXPECT_EQ(icmp4_unreachable::kHost, 1);
  EXPECT_EQ(icmp4_unreachable::kProtocol, 2);
  EXPECT_EQ(icmp4_unreachable::kPort, 3);
  EXPECT_EQ(icmp4_unreachable::kFragmentationNeeded, 4);
  EXPECT_EQ(icmp4_unreachable::kCommunicationProhibited, 13);
  EXPECT_EQ(icmp4_unreachable::kMax, 15);
  EXPECT_EQ(icmp4_time_exceeded::kTtl, 0);
  EXPECT_EQ(icmp4_time_exceeded::kReassembly, 1);
  EXPECT_EQ(icmp4_parameter_problem::kMissingOption, 1);
  EXPECT_EQ(icmp4_redirect::kHost, 1);
}

}  // namespace
}  // namespace tapstack::wire
