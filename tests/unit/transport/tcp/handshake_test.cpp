#include "transport/tcp/handshake.h"

#include <gtest/gtest.h>

#include <memory>

namespace tapstack::transport::tcp {
namespace {

class Handshake : public ::testing::Test {
 protected:
  Handshake() {
    c->route.mtu_bytes = c->route.interface_mtu_bytes = 1500;
    c->advertised_mss_bytes = 1460;
    c->snd.start(SeqNumber(100));
    syn.seq = SeqNumber(5000);
    syn.wnd = 4096;
    syn.agreed.peer_mss_bytes = 1460;
  }
  void take(bool was_retransmitted = false) {
    on_peer_syn(*c, syn, Instant::from_us(7'000'000), 0, was_retransmitted);
  }
  std::unique_ptr<Connection> c = std::make_unique<Connection>();
  PeerSyn syn;
};

TEST_F(Handshake, TheSynTakesASequenceNumber) {
  take();
  EXPECT_EQ(c->rcv.vars().irs, SeqNumber(5000));
  EXPECT_EQ(c->rcv.vars().nxt, SeqNumber(5001));
}

TEST_F(Handshake, TheWindowOfASynIsNotScaled) {  // RFC 7323 2.2
  syn.agreed.window_scaling = true;
  syn.agreed.send_shift = 7;
  take();
  EXPECT_EQ(c->snd.vars().wnd_bytes, 4096u);
}

TEST_F(Handshake, TheInitialWindowIsTenSegments) {  // RFC 6928 2
  take();
  EXPECT_EQ(c->congestion.cwnd_bytes(), 14'600u);
}

TEST_F(Handshake, AfterALostSynTheInitialWindowIsOneSegment) {  // RFC 5681 3.1
  take(true);
  EXPECT_EQ(c->congestion.cwnd_bytes(), 1460u);
}

TEST_F(Handshake, TimestampsTakeTwelveBytesOffEachSegment) {  // RFC 6691, RFC 7323 A
  syn.agreed.timestamps = true;
  syn.timestamp = 77;
  take();
  EXPECT_EQ(text_mss(*c), 1448u);
  EXPECT_EQ(c->timestamps.recent(), 77u);
}

TEST_F(Handshake, WithoutAnMssOptionItIs536) {  // RFC 9293 MUST-15
  syn.agreed = Negotiated{};
  take();
  EXPECT_EQ(text_mss(*c), 536u);
}

TEST_F(Handshake, TheShiftReachesTheLargestBufferThatMayBecomeOfIt) {
  EXPECT_EQ(offer_of(Settings{}).shift, window_shift_for(kConfig.tcp_receive_buffer_max_bytes));
  Settings large;
  large.receive_buffer_bytes = 65'535u << 10;
  EXPECT_EQ(offer_of(large).shift, 10);
}

TEST_F(Handshake, AReceiveBufferThatWasAskedForIsTheLimit) {
  EXPECT_EQ(receive_limit(Settings{}), kConfig.tcp_receive_buffer_bytes);
  c->settings.receive_buffer_bytes = 5000;
  take();
  EXPECT_EQ(c->rcv.limit_bytes(), 5000u);
  EXPECT_EQ(c->rcv.vars().wnd_bytes(), 5000u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
