#include "transport/tcp/options.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace tapstack::transport::tcp {
namespace {

TEST(Options, SynCarriesMssSackTimestampsAndScaleInThatOrder) {
  const wire::TcpOptions o = syn_options(1460, {.shift = 7}, {0x01020304, 0});
  std::vector<uint8_t> bytes(o.size_bytes());
  wire::emit(bytes, o);
  const std::vector<uint8_t> expected = {2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2,
                                         3, 4, 0,    0,    0, 0, 1, 3,  3, 7};
  EXPECT_EQ(bytes, expected);
}

TEST(Options, AnOptionHoldsOnlyIfThePeerSentIt) {
  const Negotiated n = negotiate({}, {.shift = 7}, Family::kIp4);
  EXPECT_FALSE(n.window_scaling || n.timestamps || n.sack);
  EXPECT_EQ(n.peer_mss_bytes, 536);  // RFC 9293 MUST-15
  EXPECT_EQ(n.receive_shift, 0);
}

TEST(Options, AShiftAboveFourteenCountsAsFourteen) {  // RFC 7323 2.3
  wire::TcpOptions syn;
  syn.window_scale = 200;
  EXPECT_EQ(negotiate(syn, {.shift = 7}, Family::kIp4).send_shift, 14);
}

TEST(Options, ATinyMssIsRaised) {
  wire::TcpOptions syn;
  syn.mss = 1;
  EXPECT_EQ(negotiate(syn, {.shift = 7}, Family::kIp4).peer_mss_bytes, 88);
}

// RFC 9293 3.7.1, MUST-15.
TEST(Options, APeerThatNamesNoMssTakesTheDefaultOfItsFamily) {
  EXPECT_EQ(negotiate({}, {}, Family::kIp4).peer_mss_bytes, 536);
  EXPECT_EQ(negotiate({}, {}, Family::kIp6).peer_mss_bytes, 1220);
}

TEST(Options, WhatWeDoNotOfferIsNotAgreedTo) {
  wire::TcpOptions syn;
  syn.window_scale = 3;
  syn.sack_permitted = true;
  syn.timestamps = wire::TcpTimestamps{1, 0};
  const Offer nothing{.window_scaling = false, .timestamps = false, .sack = false};
  const Negotiated n = negotiate(syn, nothing, Family::kIp4);
  EXPECT_FALSE(n.window_scaling || n.timestamps || n.sack);
  const wire::TcpOptions o = syn_options(1460, nothing, {1, 0});
  EXPECT_EQ(o.size_bytes(), 4u) << "the MSS only";
}

TEST(Options, SynAckOffersWhatTheSynDid) {
  Negotiated n;
  n.sack = true;
  const wire::TcpOptions o = syn_ack_options(1460, n, {1, 2});
  EXPECT_TRUE(o.sack_permitted);
  EXPECT_FALSE(o.timestamps || o.window_scale);
}

}  // namespace
}  // namespace tapstack::transport::tcp
