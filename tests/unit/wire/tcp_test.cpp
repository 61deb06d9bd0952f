#include "wire/tcp.h"

#include <gtest/gtest.h>

#include <array>

#include "wire/ip4.h"
#include "wire/pseudo_header.h"
#include "wire/tcp_options.h"

namespace tapstack::wire {
namespace {

// SYN from 10.10.10.2:40000 to 10.10.10.1:8080 with MSS, SACK-permitted, timestamps, window scale.
constexpr std::array<uint8_t, 40> kSyn = {
    0x9c, 0x40, 0x1f, 0x90, 0x12, 0x34, 0x56, 0x78, 0x00, 0x00, 0x00, 0x00, 0xa0, 0x02,
    0xfa, 0xf0, 0x00, 0x7b, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4, 0x04, 0x02, 0x08, 0x0a,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x03, 0x07};

// Every field different from zero.
constexpr std::array<uint8_t, 20> kTcpHeader = {0x00, 0x16, 0xc0, 0x00, 0x01, 0x02, 0x03,
                                                0x04, 0xf5, 0xf6, 0xf7, 0xf8, 0x50, 0xb9,
                                                0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc};

TcpProblem check_with_data_offset(uint8_t words) {
  auto bytes = kTcpHeader;
  bytes[12] = static_cast<uint8_t>(words << 4);
  return TcpView::check(bytes);
}

TEST(TcpView, ReadsEveryField) {
  const auto view = TcpView::parse(kTcpHeader);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->source(), Port{22});
  EXPECT_EQ(view->destination(), Port{49152});
  EXPECT_EQ(view->sequence_number(), 0x01020304u);
  EXPECT_EQ(view->acknowledgment_number(), 0xf5f6f7f8u);
  EXPECT_EQ(view->header_bytes(), 20);
  EXPECT_EQ(view->flags(), TcpFlags{0xb9});
  EXPECT_EQ(view->window(), 0x1234);
  EXPECT_EQ(view->checksum(), 0x5678);
  EXPECT_EQ(view->urgent_pointer(), 0x9abc);
  EXPECT_TRUE(view->options().empty());
}

TEST(TcpView, ReadsASynWithOptions) {
  const auto view = TcpView::parse(kSyn);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->flags().syn());
  EXPECT_EQ(view->header_bytes(), 40);
  EXPECT_EQ(view->options().size(), 20u);
  EXPECT_EQ(TcpOptions::parse(view->options()).mss, 1460);
}

TEST(TcpView, IgnoresReservedBits) {
  auto bytes = kTcpHeader;
  bytes[12] |= 0x0f;
  const auto view = TcpView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header_bytes(), 20);
  EXPECT_EQ(view->flags(), TcpFlags{0xb9});
}

TEST(TcpView, RefusesEveryTruncatedHeader) {
  for (size_t n = 0; n < 20; ++n) {
    EXPECT_EQ(TcpView::check(std::span(kTcpHeader).first(n)), TcpProblem::kTooShort) << n;
    EXPECT_FALSE(TcpView::parse(std::span(kTcpHeader).first(n))) << n;
  }
}

TEST(TcpView, RefusesADataOffsetBelowFiveWords) {
  for (uint8_t words = 0; words < 5; ++words) {
    EXPECT_EQ(check_with_data_offset(words), TcpProblem::kBadDataOffset) << unsigned{words};
  }
}

TEST(TcpView, RefusesADataOffsetBeyondTheBytesPresent) {
  EXPECT_EQ(check_with_data_offset(6), TcpProblem::kBadDataOffset);
  EXPECT_EQ(check_with_data_offset(15), TcpProblem::kBadDataOffset);
  EXPECT_EQ(TcpView::check(std::span(kSyn).first(39)), TcpProblem::kBadDataOffset);
}

TEST(TcpView, TellsTheLengthOfAHeaderWhoseOptionsLieElsewhere) {
  EXPECT_EQ(TcpView::header_bytes_of(std::span(kSyn).first(20)), 40);
}

TEST(TcpView, ChecksumOfTheLiteralSegmentVerifies) {
  ChecksumSum sum = pseudo_header_sum(Ip4Address::from(10, 10, 10, 2),
                                      Ip4Address::from(10, 10, 10, 1), ip_protocol::kTcp, 40);
  sum.add(kSyn);
  EXPECT_EQ(sum.checksum(), 0);
}

TEST(TcpQuote, ReadsTheEightBytesThatEveryErrorQuotes) {
  const auto quote = TcpQuote::parse(std::span(kSyn).first(8));
  ASSERT_TRUE(quote);
  EXPECT_EQ(quote->source, Port{40000});
  EXPECT_EQ(quote->destination, Port{8080});
  EXPECT_EQ(quote->sequence_number, 0x12345678u);
}

TEST(TcpQuote, RefusesFewerThanEightBytes) {
  EXPECT_FALSE(TcpQuote::parse(std::span(kSyn).first(7)));
  EXPECT_FALSE(TcpQuote::parse({}));
}

TEST(TcpEmit, WritesTheLiteralHeader) {
  std::array<uint8_t, 20> out;
  out.fill(0xee);
  TcpHeader h;
  h.source = Port{22};
  h.destination = Port{49152};
  h.sequence_number = 0x01020304;
  h.acknowledgment_number = 0xf5f6f7f8;
  h.flags = TcpFlags{0xb9};
  h.window = 0x1234;
  h.checksum = 0x5678;
  h.urgent_pointer = 0x9abc;
  emit(out, h);
  EXPECT_EQ(out, kTcpHeader);
}

TEST(TcpEmit, WritesALiteralSynWithItsOptions) {
  std::array<uint8_t, 40> out;
  out.fill(0xee);
  TcpOptions options;
  options.mss = 1460;
  options.sack_permitted = true;
  options.timestamps = TcpTimestamps{1, 0};
  options.window_scale = 7;
  TcpHeader h;
  h.source = Port{40000};
  h.destination = Port{8080};
  h.sequence_number = 0x12345678;
  h.header_bytes = static_cast<uint8_t>(TcpView::kHeaderBytesMin + options.size_bytes());
  h.flags = tcp_flag::kSyn;
  h.window = 64240;
  emit(out, h);
  EXPECT_EQ(emit(std::span(out).subspan(20), options), 20u);
  TcpEditor(out).set_checksum(0x007b);
  EXPECT_EQ(out, kSyn);
}

TEST(TcpEditor, ChangesFieldsInPlace) {
  auto bytes = kTcpHeader;
  TcpEditor editor(bytes);
  editor.set_sequence_number(0xa1a2a3a4);
  editor.set_flags(tcp_flag::kAck);
  editor.set_checksum(0x0badu);
  auto expected = kTcpHeader;
  expected[4] = 0xa1, expected[5] = 0xa2, expected[6] = 0xa3, expected[7] = 0xa4;
  expected[13] = 0x10;
  expected[16] = 0x0b, expected[17] = 0xad;
  EXPECT_EQ(bytes, expected);
}

TEST(TcpFlags, EachBitAnswersToItsName) {
  EXPECT_TRUE(TcpFlags{0x01}.fin());
  EXPECT_TRUE(TcpFlags{0x02}.syn());
  EXPECT_TRUE(TcpFlags{0x04}.rst());
  EXPECT_TRUE(TcpFlags{0x08}.psh());
  EXPECT_TRUE(TcpFlags{0x10}.ack());
  EXPECT_TRUE(TcpFlags{0x20}.urg());
  EXPECT_TRUE(TcpFlags{0x40}.ece());
  EXPECT_TRUE(TcpFlags{0x80}.cwr());
  EXPECT_FALSE(TcpFlags{0xfe}.fin());
  EXPECT_FALSE(TcpFlags{0x7f}.cwr());
}

TEST(TcpFlags, SetsAreAskedForAllOrForAny) {
  const TcpFlags flags = tcp_flag::kSyn | tcp_flag::kAck;
  EXPECT_EQ(flags.bits, 0x12);
  EXPECT_TRUE(flags.has(tcp_flag::kSyn | tcp_flag::kAck));
  EXPECT_FALSE(flags.has(tcp_flag::kSyn | tcp_flag::kFin));
  EXPECT_TRUE(flags.has_any(tcp_flag::kSyn | tcp_flag::kFin));
  EXPECT_FALSE(flags.has_any(tcp_flag::kRst | tcp_flag::kFin));
  EXPECT_EQ(flags & ~tcp_flag::kSyn, tcp_flag::kAck);
}

}  // namespace
}  // namespace tapstack::wire
