// STATUS (RFC 9293 3.10.6), figures and settings.
#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class UserStatus : public ::testing::Test {
 protected:
  TcpInfo info_a() { return *info(p.a.tcp, p.now, e.a); }
  void set(const Settings& s) {
    Context c = p.ctx(p.a);
    ASSERT_TRUE(change_settings(p.a.tcp, c, e.a, s).ok());
  }
  Pair p;
  Pair::Ends e = p.establish();
};

TEST_F(UserStatus, AnEstablishedConnectionIsWritableAndOpen) {
  const ConnectionStatus s = *status(p.a.tcp, e.a);
  EXPECT_EQ(s.state, State::kEstablished);
  EXPECT_EQ(s.remote, (Endpoint{p.b.address, {80}}));
  EXPECT_EQ(s.local.address, IpAddress(p.a.address));
  EXPECT_EQ(s.interface, p.a.device);
  EXPECT_EQ(s.path_mtu_bytes, 1500u);
  EXPECT_TRUE(s.is_connected && s.is_writable);
  EXPECT_FALSE(s.peer_closed || s.send_closed);
}

TEST_F(UserStatus, CountsWhatIsQueuedAtBothEnds) {  // FIONREAD, SIOCOUTQ
  p.send(p.a, e.a, pattern(700));
  EXPECT_EQ(status(p.a.tcp, e.a)->unsent_bytes, 700u);
  p.run(Duration::ms(100));
  EXPECT_EQ(status(p.a.tcp, e.a)->unsent_bytes, 0u);
  EXPECT_EQ(status(p.b.tcp, e.b)->readable_bytes, 700u);
}

TEST_F(UserStatus, TheUrgentOctetIsNotCounted) {
  p.send(p.a, e.a, "ab!", {.urgent = true});
  p.run(Duration::ms(5));
  EXPECT_EQ(status(p.b.tcp, e.b)->readable_bytes, 2u);
  EXPECT_TRUE(status(p.b.tcp, e.b)->has_urgent);
}

TEST_F(UserStatus, InfoTellsWhatWasAgreed) {
  const TcpInfo i = info_a();
  EXPECT_TRUE(i.timestamps && i.sack && i.window_scaling);
  EXPECT_EQ(i.send_mss, 1448u);
  EXPECT_EQ(i.advertised_mss, 1460u);
  EXPECT_EQ(i.path_mtu, 1500u);
  EXPECT_EQ(i.cwnd_bytes, 14'480u);
  EXPECT_EQ(i.receive_scale, window_shift_for(kConfig.tcp_receive_buffer_max_bytes));
}

TEST_F(UserStatus, InfoMeasuresTheRoundTrip) {  // 1 ms each way
  const TcpInfo before = info_a();
  EXPECT_GE(before.srtt_us, 2'000u);
  EXPECT_EQ(before.rto_us, kConfig.tcp_rto_min_ms * 1000 + before.srtt_us)
      << "RFC 6298 2.3: SRTT and a variation of at least the minimum";
}

TEST_F(UserStatus, InfoTellsTheRateOfDelivery) {
  EXPECT_EQ(info_a().delivery_rate, 0u);
  p.send(p.a, e.a, pattern(3000));
  p.run(Duration::ms(100));
  EXPECT_GT(info_a().delivery_rate, 0u);
  EXPECT_TRUE(info_a().is_delivery_app_limited);
}

TEST_F(UserStatus, InfoCountsBytesAndSegments) {
  p.send(p.a, e.a, pattern(3000));
  p.run(Duration::us(0));
  EXPECT_EQ(info_a().unacked_bytes, 3000u);
  EXPECT_EQ(info_a().send_queue_bytes, 3000u);
  p.run(Duration::ms(100));
  EXPECT_EQ(info_a().bytes_sent, 3000u);
  EXPECT_EQ(info_a().bytes_acked, 3000u);
  EXPECT_EQ(info_a().unacked_bytes, 0u);
  EXPECT_EQ(info_a().last_data_sent_us, 100'000);
  EXPECT_EQ(info(p.b.tcp, p.now, e.b)->bytes_received, 3000u);
  EXPECT_EQ(info(p.b.tcp, p.now, e.b)->receive_queue_bytes, 3000u);
}

TEST_F(UserStatus, InfoCountsRetransmissions) {  // RFC 9293 SHLD-9
  p.drop = [](const Seen& s) { return s.from_a; };
  p.send(p.a, e.a, pattern(1000));
  p.run(Duration::ms(1000));
  const TcpInfo i = info_a();
  EXPECT_EQ(i.retransmits_total, 3u) << "a loss probe and two time-outs";
  EXPECT_EQ(i.retransmits_now, 2u);
  EXPECT_EQ(i.backoff, 2);
  EXPECT_EQ(i.bytes_retransmitted, 3000u);
  EXPECT_EQ(i.bytes_sent, 4000u);
}

TEST_F(UserStatus, InfoOfAListenerTellsItsQueue) {  // as Linux's tcpi_unacked and tcpi_sacked
  p.connect(p.a, p.b, 80);
  p.run(Duration::ms(10));
  const TcpInfo i = *info(p.b.tcp, e.listener);
  EXPECT_EQ(i.state, TcpState::kListen);
  EXPECT_EQ(i.accept_queue, 1u);
  EXPECT_EQ(i.backlog, 8u);
}

TEST_F(UserStatus, NoDelayLetsGoOfWhatWasHeldBack) {
  p.trace.clear();
  p.send(p.a, e.a, "one");
  p.run(Duration::us(0));
  p.send(p.a, e.a, "two");
  p.run(Duration::us(0));
  ASSERT_EQ(p.trace.size(), 1u);
  Settings s;
  s.no_delay = true;
  set(s);
  p.run(Duration::us(0));
  EXPECT_EQ(p.trace.size(), 2u);
}

TEST_F(UserStatus, TcpMaxsegMakesSegmentsSmaller) {
  Settings s;
  s.max_segment_bytes = 500;
  set(s);
  EXPECT_EQ(info_a().send_mss, 488u);
}

TEST_F(UserStatus, TcpCongestionChangesTheAlgorithmOfAConnection) {  // RFC 9293 MAY-18
  Settings s;
  s.congestion = CongestionAlgorithm::kBbr;
  set(s);
  EXPECT_GT(info_a().pacing_bytes_per_s, 0u);
}

TEST_F(UserStatus, KeepAliveBeginsAndEndsWithItsOption) {
  Settings s;
  s.keep_alive = true;
  s.keepalive_idle_s = 10;
  set(s);
  p.trace.clear();
  p.run(Duration::s(11));
  EXPECT_EQ(p.trace.size(), 2u);  // a probe and its answer
  set({});
  p.run(Duration::s(30));
  EXPECT_EQ(p.trace.size(), 2u);
}

TEST_F(UserStatus, AListenersSettingsAreInherited) {
  Settings s;
  s.no_delay = true;
  s.ttl = 9;
  ASSERT_TRUE(change_settings(p.b.tcp, e.listener, s).ok());
  p.connect(p.a, p.b, 80);
  p.run(Duration::ms(10));
  const ConnectionId c = p.accept(p.b, e.listener);
  EXPECT_TRUE(settings(p.b.tcp, c)->no_delay);
  EXPECT_EQ(settings(p.b.tcp, c)->ttl, 9);
}

TEST_F(UserStatus, AStaleIdIsABadHandle) {
  Context c = p.ctx(p.a);
  ASSERT_TRUE(abort(p.a.tcp, c, e.a).ok());
  EXPECT_EQ(status(p.a.tcp, e.a).error(), Error::kBadHandle);
  EXPECT_EQ(info(p.a.tcp, p.now, e.a).error(), Error::kBadHandle);
  EXPECT_EQ(take_error(p.a.tcp, e.a), Error::kBadHandle);
  EXPECT_EQ(settings(p.a.tcp, e.a).error(), Error::kBadHandle);
}

}  // namespace
}  // namespace tapstack::transport::tcp
