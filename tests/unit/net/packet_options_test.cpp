#include "net/packet_options.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

Frame got(const PacketOptions& options, PacketHeader header) {
  const auto bytes = options.get(header);
  return Frame(bytes.begin(), bytes.end());
}

Frame put4(const PacketOptions& options, Instant now = Instant()) {
  Frame out(options.bytes(false));
  options.put_ip4(out, kOurs, now);
  return out;
}

const Frame kHop = {0, 0, 5, 2, 0, 0, 1, 0};                           // Router Alert
const Frame kEnd = {0, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};  // PadN
const Frame kBefore = {0, 0, 1, 4, 0, 0, 0, 0};

// RFC 791 3.1.
TEST(PacketOptions, PadsOptionsOfIp4ToWords) {
  PacketOptions options;
  EXPECT_TRUE(options.is_empty());
  ASSERT_TRUE(options.set(PacketHeader::kIp4Options, Frame{1, 1, 1, 1, 1}).ok());
  EXPECT_EQ(got(options, PacketHeader::kIp4Options), (Frame{1, 1, 1, 1, 1, 0, 0, 0}));
  EXPECT_EQ(options.bytes(false), 8);
  EXPECT_EQ(options.bytes(true), 0);
  ASSERT_TRUE(options.set(PacketHeader::kIp4Options, {}).ok());
  EXPECT_TRUE(options.is_empty());
}

TEST(PacketOptions, NothingFollowsTheEndOfTheList) {
  PacketOptions options;
  ASSERT_TRUE(options.set(PacketHeader::kIp4Options, Frame{1, 0, 5, 6}).ok());
  EXPECT_EQ(got(options, PacketHeader::kIp4Options), (Frame{1, 0, 0, 0}));
}

TEST(PacketOptions, RefusesMalformedOptionsAndSourceRoutes) {
  PacketOptions options;
  ASSERT_TRUE(options.set(PacketHeader::kIp4Options, Frame{7, 7, 4, 0, 0, 0, 0, 0}).ok());
  const Frame bad[] = {
      {7, 7, 3, 0, 0, 0, 0, 0},     // pointer into the option's head
      {7, 9, 4, 0, 0, 0, 0, 0},     // longer than what there is
      {68, 8, 4, 0, 0, 0, 0, 0},    // Timestamp: pointer below 5
      {68, 8, 5, 2, 0, 0, 0, 0},    // Timestamp: no such flag
      {131, 7, 4, 10, 0, 0, 1, 0},  // loose source route
      {137, 7, 4, 10, 0, 0, 1, 0},  // strict source route
      {148, 3, 0, 0},               // Router Alert of 3 bytes
      Frame(44, 1),                 // more than a header holds
  };
  for (const Frame& bytes : bad) {
    EXPECT_EQ(options.set(PacketHeader::kIp4Options, bytes).error(), Error::kInvalid);
  }
  EXPECT_EQ(got(options, PacketHeader::kIp4Options), (Frame{7, 7, 4, 0, 0, 0, 0, 0}));
}

// RFC 1122 3.2.1.8.
TEST(PacketOptions, RecordsThisHostInTheRoute) {
  PacketOptions options;
  ASSERT_TRUE(
      options.set(PacketHeader::kIp4Options, Frame{7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0}).ok());
  Frame wanted = {7, 11, 8};
  put32(wanted, kOurs.value);
  wanted.resize(12);
  EXPECT_EQ(put4(options), wanted);
  EXPECT_EQ(got(options, PacketHeader::kIp4Options)[2], 4) << "what was set stays as it was";
}

// RFC 791 3.1: a time that is none of day has the top bit set.
TEST(PacketOptions, RecordsTimesInEachOfTheThreeForms) {
  const Instant now = Instant::from_us(5'000'000);
  PacketOptions options;
  ASSERT_TRUE(options.set(PacketHeader::kIp4Options, Frame{68, 8, 5, 0, 0, 0, 0, 0}).ok());
  EXPECT_EQ(put4(options, now), (Frame{68, 8, 9, 0, 0x80, 0, 0x13, 0x88}));
  Frame with_address = {68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  ASSERT_TRUE(options.set(PacketHeader::kIp4Options, with_address).ok());
  Frame wanted = {68, 12, 13, 1};
  put32(wanted, kOurs.value);
  put32(wanted, 0x80001388);
  EXPECT_EQ(put4(options, now), wanted);
  Frame of_another = {68, 12, 5, 3};
  put32(of_another, kPeer.value);
  put32(of_another, 0);
  ASSERT_TRUE(options.set(PacketHeader::kIp4Options, of_another).ok());
  EXPECT_EQ(put4(options, now), of_another) << "the next is to be another host's";
}

TEST(RecordInOptions, AFullTimestampCountsWhoDidNotFitUpTo15) {
  Frame options = {68, 8, 9, 0, 1, 2, 3, 4};
  record_in_options(options, kOurs, Instant());
  EXPECT_EQ(options, (Frame{68, 8, 9, 0x10, 1, 2, 3, 4}));
  options[3] = 0xf0;
  record_in_options(options, kOurs, Instant());
  EXPECT_EQ(options[3], 0xf0);
}

TEST(RecordInOptions, AFullRouteStaysAsItIs) {
  const Frame full = {7, 7, 8, 1, 2, 3, 4, 0};
  Frame options = full;
  record_in_options(options, kOurs, Instant());
  EXPECT_EQ(options, full);
}

// RFC 8200 4.1, RFC 3542 8, RFC 3542 9.
TEST(PacketOptions, LinksExtensionHeadersInTheirOrder) {
  PacketOptions options;
  ASSERT_TRUE(options.set(PacketHeader::kDestination, kEnd).ok());
  ASSERT_TRUE(options.set(PacketHeader::kHopByHop, kHop).ok());
  EXPECT_EQ(options.bytes(true), 24);
  Frame out(24);
  EXPECT_EQ(options.put_ip6(out, 17), 0);
  Frame wanted = kHop;
  wanted[0] = 60;
  Frame end = kEnd;
  end[0] = 17;
  put(wanted, end);
  EXPECT_EQ(out, wanted);
}

TEST(PacketOptions, ReplacingOneHeaderLeavesTheOthers) {
  PacketOptions options;
  ASSERT_TRUE(options.set(PacketHeader::kHopByHop, kHop).ok());
  ASSERT_TRUE(options.set(PacketHeader::kBeforeRouting, kBefore).ok());
  ASSERT_TRUE(options.set(PacketHeader::kDestination, kEnd).ok());
  ASSERT_TRUE(options.set(PacketHeader::kHopByHop, kEnd).ok());
  EXPECT_EQ(got(options, PacketHeader::kHopByHop), kEnd);
  EXPECT_EQ(got(options, PacketHeader::kBeforeRouting), kBefore);
  EXPECT_EQ(got(options, PacketHeader::kDestination), kEnd);
  ASSERT_TRUE(options.set(PacketHeader::kHopByHop, {}).ok());
  EXPECT_EQ(got(options, PacketHeader::kBeforeRouting), kBefore);
  EXPECT_EQ(got(options, PacketHeader::kDestination), kEnd);
}

// RFC 3542 4: it goes in front of a routing header.
TEST(PacketOptions, WhatStandsBeforeARoutingHeaderIsNotSentWithoutOne) {
  PacketOptions options;
  ASSERT_TRUE(options.set(PacketHeader::kBeforeRouting, kBefore).ok());
  EXPECT_EQ(options.bytes(true), 0);
  Frame none;
  EXPECT_EQ(options.put_ip6(none, 58), 58);
}

TEST(PacketOptions, RefusesHeadersThatAreNotWholeOrTooLong) {
  PacketOptions options;
  EXPECT_EQ(options.set(PacketHeader::kHopByHop, Frame{0, 1, 1, 4, 0, 0, 0, 0}).error(),
            Error::kInvalid);
  EXPECT_EQ(options.set(PacketHeader::kHopByHop, Frame{0, 0, 1, 2}).error(), Error::kInvalid);
  Frame long_one(72);
  long_one[1] = 8;
  ASSERT_TRUE(options.set(PacketHeader::kDestination, long_one).ok());
  EXPECT_EQ(options.set(PacketHeader::kHopByHop, kHop).error(), Error::kNoBuffers);
  EXPECT_EQ(got(options, PacketHeader::kDestination), long_one);
}

}  // namespace
}  // namespace tapstack::net
