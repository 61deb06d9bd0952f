#include "socket/tcp_options.h"

#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

using transport::tcp::CongestionAlgorithm;

constexpr auto kReno = static_cast<int64_t>(CongestionAlgorithm::kNewReno);
constexpr auto kBbr = static_cast<int64_t>(CongestionAlgorithm::kBbr);
constexpr auto kCubic = static_cast<int64_t>(CongestionAlgorithm::kCubic);

class TcpOptions : public SocketTest {
 protected:
  Error set(SocketId id, Option option, int64_t value) {
    return set_option(env(), id, option, value).error();
  }
  int64_t get(SocketId id, Option option) {
    const auto value = get_option(view(), id, ctx_.now, option);
    return value.ok() ? *value : -1000;
  }
};

TEST_F(TcpOptions, DefaultsAreLinuxs) {
  const SocketId id = tcp();
  EXPECT_EQ(get(id, Option::kKeepAliveIdleS), 7200);
  EXPECT_EQ(get(id, Option::kKeepAliveIntervalS), 75);
  EXPECT_EQ(get(id, Option::kKeepAliveProbes), 9);
  EXPECT_EQ(get(id, Option::kSynRetries), 7);  // Linux's 6 are less than RFC 9293 MUST-23 wants
  EXPECT_EQ(get(id, Option::kMaxSegment), 536);
  EXPECT_EQ(get(id, Option::kTtl), 64);
  EXPECT_EQ(get(id, Option::kNoDelay), 0);
  EXPECT_EQ(get(id, Option::kUserTimeoutMs), 0);
}

TEST_F(TcpOptions, NumbersOutOfRangeAreInvalid) {
  const SocketId id = tcp();
  for (const Option option : {Option::kKeepAliveIdleS, Option::kKeepAliveIntervalS,
                              Option::kKeepAliveProbes, Option::kSynRetries}) {
    EXPECT_EQ(set(id, option, 0), Error::kInvalid);
    EXPECT_EQ(set(id, option, 32'768), Error::kInvalid);
    EXPECT_EQ(set(id, option, 100), Error::kNone);
    EXPECT_EQ(get(id, option), 100);
  }
  EXPECT_EQ(set(id, Option::kUserTimeoutMs, -1), Error::kInvalid);
  EXPECT_EQ(set(id, Option::kMaxSegment, 87), Error::kInvalid);
  EXPECT_EQ(set(id, Option::kMaxSegment, 32'768), Error::kInvalid);
  EXPECT_EQ(set(id, Option::kMaxSegment, 1000), Error::kNone);
  EXPECT_EQ(get(id, Option::kMaxSegment), 1000);
  EXPECT_EQ(set(id, Option::kTtl, 0), Error::kInvalid);
  EXPECT_EQ(set(id, Option::kTtl, 256), Error::kInvalid);
  EXPECT_EQ(set(id, Option::kMtuDiscover, 6), Error::kInvalid);
  EXPECT_EQ(set(id, Option::kMulticastTtl, 1), Error::kInvalid);
}

TEST_F(TcpOptions, DeferAcceptIsRoundedUpToTimeoutsOfTheSynAck) {
  const SocketId id = tcp();
  const std::pair<int, int> kCases[] = {{0, 0}, {-1, 0}, {1, 1}, {2, 3}, {5, 7}, {8, 15}};
  for (const auto& [asked, got] : kCases) {
    EXPECT_EQ(set(id, Option::kDeferAcceptS, asked), Error::kNone);
    EXPECT_EQ(get(id, Option::kDeferAcceptS), got);
  }
}

TEST_F(TcpOptions, Linger2IsBoundedByTwoMinutes) {
  const SocketId id = tcp();
  const std::pair<int, int> kCases[] = {{0, 60}, {-9, -1}, {10, 10}, {121, 120}};
  for (const auto& [asked, got] : kCases) {
    EXPECT_EQ(set(id, Option::kLinger2S, asked), Error::kNone);
    EXPECT_EQ(get(id, Option::kLinger2S), got);
  }
}

TEST_F(TcpOptions, TheWindowClampIsTakenBackBeforeTheConnectionOnly) {
  const SocketId id = tcp();
  EXPECT_EQ(set(id, Option::kWindowClamp, 10), Error::kNone);
  EXPECT_EQ(get(id, Option::kWindowClamp), 1152);
  EXPECT_EQ(set(id, Option::kWindowClamp, 0), Error::kNone);
  const SocketId client = connection(80).first;
  EXPECT_EQ(set(client, Option::kWindowClamp, 0), Error::kInvalid);
}

TEST_F(TcpOptions, QuickAckIsThatOfTheConnection) {
  const SocketId client = connection(80).first;
  EXPECT_EQ(get(client, Option::kQuickAck), 1);
  EXPECT_EQ(set(client, Option::kQuickAck, 0), Error::kNone);
  EXPECT_EQ(get(client, Option::kQuickAck), 0);
}

TEST_F(TcpOptions, TheNotSentLowWaterMarkIsAnUnsignedNumber) {
  const SocketId id = tcp();
  EXPECT_EQ(set(id, Option::kNotSentLowWater, 0xffffffff), Error::kNone);
  EXPECT_EQ(get(id, Option::kNotSentLowWater), 0xffffffff);
  EXPECT_EQ(set(id, Option::kNotSentLowWater, -1), Error::kInvalid);
}

TEST_F(TcpOptions, BufferSizesReadBackDoubled) {
  const SocketId id = tcp();
  EXPECT_EQ(get(id, Option::kReceiveBuffer), kConfig.tcp_receive_buffer_bytes);
  EXPECT_EQ(set(id, Option::kReceiveBuffer, 10'000), Error::kNone);
  EXPECT_EQ(get(id, Option::kReceiveBuffer), 20'000);
  EXPECT_EQ(set(id, Option::kReceiveBuffer, 1), Error::kNone);
  EXPECT_EQ(get(id, Option::kReceiveBuffer), 2304);
  EXPECT_EQ(set(id, Option::kSendBuffer, 0), Error::kNone);
  EXPECT_EQ(get(id, Option::kSendBuffer), 4608);
  EXPECT_EQ(set(id, Option::kSendBuffer, 0x7fffffff), Error::kNone);
  EXPECT_EQ(get(id, Option::kSendBuffer), 2 * kConfig.buffer_max_bytes);
}

TEST_F(TcpOptions, TheEcnBitsOfTosAreTcpsOwn) {
  const SocketId id = tcp();
  EXPECT_EQ(set(id, Option::kTos, 0xff), Error::kNone);
  EXPECT_EQ(get(id, Option::kTos), 0xfc);
}

TEST_F(TcpOptions, TheMtuIsThatOfAConnection) {
  EXPECT_EQ(get_option(view(), tcp(), ctx_.now, Option::kMtu).error(), Error::kNotConnected);
  const auto [client, server] = connection(80);
  EXPECT_EQ(get(client, Option::kMtu), kConfig.loopback_mtu_bytes);
  EXPECT_GT(get(client, Option::kMaxSegment), 536);
  EXPECT_EQ(set(server, Option::kMtu, 1), Error::kNoProtocolOption);
}

TEST_F(TcpOptions, ChangesReachTheConnection) {
  const auto [client, server] = connection(80);
  EXPECT_EQ(set(client, Option::kNoDelay, 1), Error::kNone);
  const auto& connections = layers_->tcp.tables().connections;
  EXPECT_TRUE(connections.get(sockets_->find(client)->connection)->settings.no_delay);
  (void)server;
}

TEST_F(TcpOptions, DefaultsHoldForSocketsOpenedLater) {
  const SocketId before = tcp();
  ASSERT_TRUE(set_tcp_default(env(), Option::kSynRetries, 2).ok());
  ASSERT_TRUE(set_tcp_default(env(), Option::kTimestamps, 0).ok());
  const SocketId after = tcp();
  EXPECT_EQ(get(before, Option::kSynRetries), 7);
  EXPECT_EQ(get(after, Option::kSynRetries), 2);
  EXPECT_EQ(get(after, Option::kTimestamps), 0);
}

TEST_F(TcpOptions, ADefaultOutOfRangeOrOfNoTcpOptionIsRefused) {
  EXPECT_EQ(set_tcp_default(env(), Option::kSynRetries, 0).error(), Error::kInvalid);
  EXPECT_EQ(set_tcp_default(env(), Option::kHeaderIncluded, 1).error(), Error::kNoProtocolOption);
  EXPECT_EQ(get(tcp(), Option::kSynRetries), 7);
}

TEST_F(TcpOptions, CongestionControlIsChosenPerSocket) {
  const SocketId id = tcp();
  EXPECT_EQ(get(id, Option::kCongestion), kCubic);
  EXPECT_EQ(set(id, Option::kCongestion, kReno), Error::kNone);
  EXPECT_EQ(get(id, Option::kCongestion), kReno);
  EXPECT_EQ(set(id, Option::kCongestion, kBbr), Error::kNone);
  EXPECT_EQ(get(id, Option::kCongestion), kBbr);
  EXPECT_EQ(set(id, Option::kCongestion, 3), Error::kInvalid);
  EXPECT_EQ(set(id, Option::kCongestion, -1), Error::kInvalid);
}

TEST_F(TcpOptions, CongestionControlAndRateChangeWhileConnected) {
  const auto [client, server] = connection(80);
  EXPECT_EQ(set(client, Option::kCongestion, kReno), Error::kNone);
  EXPECT_EQ(set(client, Option::kMaxPacingRate, 125'000), Error::kNone);
  const auto& connections = layers_->tcp.tables().connections;
  const auto& congestion = connections.get(sockets_->find(client)->connection)->congestion;
  EXPECT_EQ(congestion.algorithm(), CongestionAlgorithm::kNewReno);
  EXPECT_EQ(congestion.pacing_bytes_per_s(), 125'000u);
  EXPECT_EQ(get(server, Option::kCongestion), kCubic);
}

TEST_F(TcpOptions, OptionsOfOtherKindsOfSocketAreUnknown) {
  const SocketId id = tcp();
  for (const Option option : {Option::kHeaderIncluded, Option::kIcmpFilter, Option::kNoChecksum}) {
    EXPECT_EQ(set(id, option, 1), Error::kNoProtocolOption);
    EXPECT_EQ(get_option(view(), id, ctx_.now, option).error(), Error::kNoProtocolOption);
  }
}

}  // namespace
}  // namespace tapstack::socket
