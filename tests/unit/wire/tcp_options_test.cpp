#include "wire/tcp_options.h"

#include <gtest/gtest.h>

#include <vector>

namespace tapstack::wire {
namespace {

using Bytes = std::vector<uint8_t>;

TcpOptions parse(const Bytes& options) { return TcpOptions::parse(options); }

Bytes emitted(const TcpOptions& options) {
  Bytes out(options.size_bytes(), 0xee);
  EXPECT_EQ(emit(out, options), out.size());
  return out;
}

bool is_empty(const TcpOptions& o) {
  return !o.mss && !o.window_scale && !o.sack_permitted && !o.timestamps && !o.fast_open &&
         o.sack().empty();
}

TcpOptions with_blocks(size_t count) {
  TcpOptions options;
  for (uint32_t i = 0; i < count; ++i) {
    EXPECT_TRUE(options.add_sack_block({i * 0x100, i * 0x100 + 0x10}));
  }
  return options;
}

TEST(TcpOptionsParse, FindsNothingInNoOptions) { EXPECT_TRUE(is_empty(parse({}))); }

TEST(TcpOptionsParse, ReadsTheOptionsOfASyn) {  // RFC 9293 MUST-4
  const auto o = parse({2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7});
  EXPECT_EQ(o.mss, 1460);
  EXPECT_TRUE(o.sack_permitted);
  EXPECT_EQ(o.timestamps, (TcpTimestamps{0x01020304, 0x05060708}));
  EXPECT_EQ(o.window_scale, 7);
  EXPECT_FALSE(o.fast_open);
  EXPECT_TRUE(o.sack().empty());
}

TEST(TcpOptionsParse, ReadsAlignedTimestampsAlone) {
  const auto o = parse({1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(o.timestamps, (TcpTimestamps{0x01020304, 0x05060708}));
}

TEST(TcpOptionsParse, ReadsTimestampsInAnyPlace) {  // RFC 9293 MUST-64
  const auto o = parse({8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0});
  EXPECT_EQ(o.timestamps, (TcpTimestamps{0x01020304, 0x05060708}));
}

TEST(TcpOptionsParse, ReadsSackBlocksBesideTimestamps) {
  const auto o = parse({1, 1, 8,    10,   0, 0, 0,    1,    0, 0, 0,    2,    1, 1, 5,    18,
                        0, 0, 0x10, 0x00, 0, 0, 0x20, 0x00, 0, 0, 0x30, 0x00, 0, 0, 0x40, 0x00});
  ASSERT_EQ(o.sack().size(), 2u);
  EXPECT_EQ(o.sack()[0], (TcpSackBlock{0x1000, 0x2000}));
  EXPECT_EQ(o.sack()[1], (TcpSackBlock{0x3000, 0x4000}));
  EXPECT_EQ(o.timestamps, (TcpTimestamps{1, 2}));
}

TEST(TcpOptionsParse, ReadsFourSackBlocks) {
  Bytes bytes = {5, 34};
  for (uint8_t i = 1; i <= 8; ++i) bytes.insert(bytes.end(), {0, 0, 0, i});
  const auto o = parse(bytes);
  ASSERT_EQ(o.sack().size(), 4u);
  EXPECT_EQ(o.sack()[3], (TcpSackBlock{7, 8}));
}

TEST(TcpOptionsParse, IgnoresSackOfAnIllegalLength) {
  EXPECT_TRUE(is_empty(parse({5, 2, 1, 1})));
  EXPECT_TRUE(is_empty(parse({5, 9, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1})));
  EXPECT_TRUE(is_empty(parse({5, 11, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0})));
}

TEST(TcpOptionsParse, IgnoresMoreSackBlocksThanAHeaderHolds) {
  Bytes bytes(42, 0);
  bytes[0] = 5;
  bytes[1] = 42;
  EXPECT_TRUE(is_empty(parse(bytes)));
}

TEST(TcpOptionsParse, IgnoresKnownOptionsWithALengthNotTheirOwn) {
  EXPECT_TRUE(is_empty(parse({2, 3, 5, 1})));
  EXPECT_TRUE(is_empty(parse({2, 5, 5, 0xb4, 0, 1, 1, 1})));
  EXPECT_TRUE(is_empty(parse({2, 2})));
  EXPECT_TRUE(is_empty(parse({3, 2, 1, 1})));
  EXPECT_TRUE(is_empty(parse({3, 4, 7, 7})));
  EXPECT_TRUE(is_empty(parse({4, 3, 0, 1})));
  EXPECT_TRUE(is_empty(parse({8, 9, 1, 2, 3, 4, 5, 6, 7})));
  EXPECT_TRUE(is_empty(parse({8, 2, 1, 1})));
}

TEST(TcpOptionsParse, ReadsWhatFollowsAnOptionOfTheWrongLength) {
  EXPECT_EQ(parse({2, 3, 5, 3, 3, 7, 1, 1}).window_scale, 7);
}

TEST(TcpOptionsParse, SkipsUnknownOptions) {  // RFC 9293 MUST-6
  const auto o = parse({254, 6, 1, 2, 3, 4, 30, 2, 2, 4, 0x02, 0x18});
  EXPECT_EQ(o.mss, 536);
}

TEST(TcpOptionsParse, ReadsNothingBehindTheEndOfTheList) {
  EXPECT_TRUE(is_empty(parse({0, 2, 4, 0x05, 0xb4})));
  EXPECT_EQ(parse({3, 3, 2, 0, 2, 4, 5, 0xb4}).mss, std::nullopt);
}

TEST(TcpOptionsParse, ReadsNothingBehindALengthOfZeroOrOne) {  // RFC 9293 MUST-7
  EXPECT_TRUE(is_empty(parse({2, 0, 0x05, 0xb4, 3, 3, 7})));
  EXPECT_TRUE(is_empty(parse({2, 1, 0x05, 0xb4, 3, 3, 7})));
  EXPECT_TRUE(is_empty(parse({99, 0, 3, 3, 7})));
}

TEST(TcpOptionsParse, ReadsNothingOfAnOptionThatGoesBeyondTheHeader) {
  EXPECT_TRUE(is_empty(parse({8, 10, 1, 2, 3, 4, 5, 6, 7})));
  EXPECT_TRUE(is_empty(parse({2, 255, 5, 0xb4})));
  EXPECT_TRUE(is_empty(parse({1, 1, 1, 2})));
}

TEST(TcpOptionsParse, KeepsWhatStoodBeforeAnIllegalLength) {
  EXPECT_EQ(parse({2, 4, 0x05, 0xb4, 3, 0, 7, 0}).mss, 1460);
}

TEST(TcpOptionsParse, TheLastOfRepeatedOptionsCounts) {
  EXPECT_EQ(parse({3, 3, 1, 3, 3, 2, 1, 1}).window_scale, 2);
}

TEST(TcpOptionsParse, AFastOpenOptionWithoutACookieAsksForOne) {
  const auto o = parse({34, 2, 1, 1});
  ASSERT_TRUE(o.fast_open);
  EXPECT_TRUE(o.fast_open->is_request());
}

TEST(TcpOptionsParse, ReadsAFastOpenCookie) {
  const auto o = parse({1, 1, 34, 6, 0xa, 0xb, 0xc, 0xd});
  ASSERT_TRUE(o.fast_open);
  EXPECT_FALSE(o.fast_open->is_request());
  ASSERT_EQ(o.fast_open->view().size(), 4u);
  EXPECT_EQ(o.fast_open->view()[3], 0xd);
}

TEST(TcpOptionsParse, IgnoresCookiesThatAreTooShortTooLongOrOdd) {
  EXPECT_FALSE(parse({34, 4, 1, 2}).fast_open);
  EXPECT_FALSE(parse({34, 7, 1, 2, 3, 4, 5}).fast_open);
  Bytes bytes(20, 0x55);
  bytes[0] = 34;
  bytes[1] = 20;
  EXPECT_FALSE(parse(bytes).fast_open);
  bytes.resize(18);
  bytes[1] = 18;
  EXPECT_TRUE(parse(bytes).fast_open);
}

TEST(TcpOptionsParse, SurvivesEveryPairOfKindAndLengthInEverySize) {
  for (unsigned kind = 0; kind < 256; ++kind) {
    for (unsigned length = 0; length < 256; ++length) {
      Bytes bytes(40, 0);
      bytes[0] = static_cast<uint8_t>(kind);
      bytes[1] = static_cast<uint8_t>(length);
      for (size_t size = 0; size <= 40; size += 4) {
        const Bytes exact(bytes.begin(), bytes.begin() + static_cast<long>(size));
        EXPECT_LE(TcpOptions::parse(exact).sack_block_count, 4);
      }
    }
  }
}

TEST(TcpOptionWalk, TellsThatALengthWasIllegal) {
  const Bytes bytes = {4, 2, 2, 0};
  TcpOptionWalk walk(bytes);
  const auto first = walk.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->kind, tcp_option::kSackPermitted);
  EXPECT_TRUE(first->data.empty());
  EXPECT_FALSE(walk.is_malformed());
  EXPECT_FALSE(walk.next());
  EXPECT_TRUE(walk.is_malformed());
  EXPECT_FALSE(walk.next());
}

TEST(TcpOptionsEmit, WritesNothingWhenThereIsNothing) { EXPECT_TRUE(emitted({}).empty()); }

TEST(TcpOptionsEmit, WritesTheOptionsOfASynInTwentyBytes) {
  TcpOptions o;
  o.mss = 1460;
  o.sack_permitted = true;
  o.timestamps = TcpTimestamps{0x01020304, 0};
  o.window_scale = 7;
  EXPECT_EQ(emitted(o), (Bytes{2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7}));
}

TEST(TcpOptionsEmit, AlignsEachOptionThatStandsAlone) {  // RFC 9293 MUST-69
  TcpOptions sack_permitted;
  sack_permitted.sack_permitted = true;
  EXPECT_EQ(emitted(sack_permitted), (Bytes{1, 1, 4, 2}));
  TcpOptions scale;
  scale.window_scale = 2;
  EXPECT_EQ(emitted(scale), (Bytes{1, 3, 3, 2}));
  TcpOptions timestamps;
  timestamps.timestamps = TcpTimestamps{1, 2};
  EXPECT_EQ(emitted(timestamps), (Bytes{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2}));
}

TEST(TcpOptionsEmit, WritesSackBlocksBehindTimestamps) {
  TcpOptions o = with_blocks(1);
  o.timestamps = TcpTimestamps{1, 2};
  EXPECT_EQ(emitted(o),
            (Bytes{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1, 5, 10, 0, 0, 0, 0, 0, 0, 0, 0x10}));
}

TEST(TcpOptionsParse, ReadsAnExperimentalFastOpenCookie) {  // RFC 6994 3
  const auto o = parse({254, 8, 0xf9, 0x89, 0xa, 0xb, 0xc, 0xd});
  ASSERT_TRUE(o.fast_open);
  EXPECT_TRUE(o.fast_open->is_experimental);
  EXPECT_EQ(o.fast_open->view().size(), 4u);
  EXPECT_TRUE(parse({254, 4, 0xf9, 0x89}).fast_open->is_request());
}

TEST(TcpOptionsParse, SkipsExperimentsOfOthers) {
  EXPECT_FALSE(parse({254, 4, 0xf9, 0x8a}).fast_open);
  EXPECT_FALSE(parse({254, 3, 0xf9}).fast_open);
  EXPECT_FALSE(parse({254, 7, 0xf9, 0x89, 1, 2, 3}).fast_open);  // an odd number, RFC 7413 4.1.1
}

TEST(TcpOptionsEmit, WritesAnExperimentalFastOpenCookie) {
  TcpOptions o;
  o.fast_open.emplace();
  o.fast_open->is_experimental = true;
  EXPECT_EQ(emitted(o), (Bytes{254, 4, 0xf9, 0x89}));
  o.fast_open->octets = {1, 2, 3, 4, 5, 6};
  o.fast_open->bytes = 6;
  EXPECT_EQ(emitted(o), (Bytes{254, 10, 0xf9, 0x89, 1, 2, 3, 4, 5, 6, 1, 1}));
}

TEST(TcpOptionsEmit, WritesAFastOpenRequestAndACookie) {
  TcpOptions o;
  o.fast_open.emplace();
  EXPECT_EQ(emitted(o), (Bytes{34, 2, 1, 1}));
  o.fast_open->octets = {0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 1, 2};
  o.fast_open->bytes = 8;
  EXPECT_EQ(emitted(o), (Bytes{34, 10, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 1, 2, 1, 1}));
}

TEST(TcpOptionsEmit, WhatWasWrittenIsReadBack) {
  TcpOptions o = with_blocks(2);
  o.mss = 536;
  o.window_scale = 14;
  o.sack_permitted = true;
  const TcpOptions back = parse(emitted(o));
  EXPECT_EQ(back.mss, 536);
  EXPECT_EQ(back.window_scale, 14);
  EXPECT_TRUE(back.sack_permitted);
  ASSERT_EQ(back.sack().size(), 2u);
  EXPECT_EQ(back.sack()[1], o.sack_blocks[1]);
}

TEST(TcpOptionsSackRoom, FourBlocksFitAlone) {
  TcpOptions o = with_blocks(4);
  EXPECT_EQ(o.size_bytes(), 36u);
  EXPECT_FALSE(o.add_sack_block({1, 2}));
  EXPECT_EQ(o.sack_block_count, 4);
}

TEST(TcpOptionsSackRoom, ThreeBlocksFitBesideTimestamps) {
  TcpOptions o;
  o.timestamps = TcpTimestamps{};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(o.add_sack_block({1, 2}));
  EXPECT_EQ(o.size_bytes(), 40u);
  EXPECT_FALSE(o.add_sack_block({1, 2}));
  EXPECT_EQ(o.sack_block_count, 3);
}

TEST(TcpOptionNumbers, AreThoseOfIana) {
  EXPECT_EQ(tcp_option::kMss, 2);
  EXPECT_EQ(tcp_option::kWindowScale, 3);
  EXPECT_EQ(tcp_option::kSackPermitted, 4);
  EXPECT_EQ(tcp_option::kSack, 5);
  EXPECT_EQ(tcp_option::kTimestamps, 8);
  EXPECT_EQ(tcp_option::kFastOpen, 34);
  EXPECT_EQ(tcp_option::kBytesMax, 40u);
}

}  // namespace
}  // namespace tapstack::wire
