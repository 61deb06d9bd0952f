// A path of a fixed round trip for tests of BBR: one ACK a round, which says what the test wants.
#pragma once

#include "transport/tcp/bbr.h"

namespace tapstack::transport::tcp {

struct BbrFlow {
  static constexpr uint32_t kMss = 1000;
  static constexpr int64_t kRoundMs = 100;
  static constexpr uint64_t kRate = 1'000'000;  // bytes a second
  static constexpr uint32_t kBdp = 100'000;

  BbrFlow() { bbr.start(window); }

  // A round of `rate` delivered, with `pipe_bytes` still in flight at its end.
  void round(uint64_t rate = kRate, uint32_t pipe_bytes = kBdp) {
    ack(round_sample(rate, pipe_bytes));
  }
  void rounds(int n) {
    for (int i = 0; i < n; ++i) round();
  }
  AckSample round_sample(uint64_t rate, uint32_t pipe_bytes) {
    now = now + Duration::ms(kRoundMs);
    const auto bytes = static_cast<uint32_t>(rate * kRoundMs / 1000);
    AckSample s;
    s.now = now;
    s.una = SeqNumber(static_cast<uint32_t>(delivered_bytes + bytes));
    s.nxt = s.una + pipe_bytes;
    s.acked_bytes = s.delivered_bytes = bytes;
    s.pipe_bytes = pipe_bytes;
    s.rtt = s.srtt = s.min_rtt = Duration::ms(kRoundMs);
    s.has_sack = true;
    s.rate.has_delivered = true;
    s.rate.prior_delivered_bytes = delivered_bytes;
    s.rate.delivered_bytes = bytes;
    s.rate.interval = Duration::ms(kRoundMs);
    s.rate.tx_in_flight_bytes = pipe_bytes;
    return s;
  }
  void ack(const AckSample& s) {
    delivered_bytes += s.delivered_bytes;
    window.cwnd_bytes = bbr.on_ack(s, window, is_cwnd_limited);
  }
  // `bytes` of one segment that left with `in_flight` are lost, `lost_since` in all since it left.
  void lose(uint32_t in_flight, uint32_t lost_since) {
    LossSample l;
    l.delivered_bytes = delivered_bytes;
    l.bytes = kMss;
    l.tx_in_flight_bytes = in_flight;
    l.lost_bytes = lost_since;
    bbr.on_lost(l, window);
  }
  // The first four rounds: one that sets the baseline, three without growth.
  void fill_pipe() {
    for (int i = 0; i < 4; ++i) round(kRate, 2 * kBdp);
  }
  // Past Startup and Drain, into ProbeBW_DOWN.
  void reach_probe_bw() {
    fill_pipe();
    for (int i = 0; i < 4; ++i) round(kRate, 2 * kBdp);
  }
  // Until `state`, with the pipe drained when it has to be.
  bool reach(BbrState state) {
    for (int i = 0; i < 200 && bbr.state() != state; ++i) round(kRate, kBdp / 2);
    return bbr.state() == state;
  }

  Bbr bbr;
  CongestionWindow window{10 * kMss, kWindowMax, kMss};
  Instant now;
  uint64_t delivered_bytes = 0;
  bool is_cwnd_limited = false;
};

}  // namespace tapstack::transport::tcp
