// BBR version 3 (draft-ietf-ccwg-bbr): sends at the rate and with the volume in flight that a model
// of the path says, instead of until something is lost. This is the state machine and what it tells
// the transport; the model and the parts of the machine are in bbr_*.h.
//
// Knows neither the connection nor the clock. `bbr_probe_bw.cpp` has the cycle of probing,
// `bbr_loss.cpp` what losses do, `bbr_control.cpp` the rate and the window.
#pragma once

#include <cstdint>
#include <type_traits>

#include "config.h"
#include "transport/tcp/ack_sample.h"
#include "transport/tcp/bbr_full_pipe.h"
#include "transport/tcp/bbr_long_term.h"
#include "transport/tcp/bbr_model.h"
#include "transport/tcp/bbr_probe_clock.h"
#include "transport/tcp/bbr_probe_rtt.h"
#include "transport/tcp/bbr_state.h"
#include "transport/tcp/congestion_window.h"

namespace tapstack::transport::tcp {

class Bbr {
 public:
  // The window at the start is C.InitialCwnd.
  void start(const CongestionWindow& w);

  // Every ACK, after what it found lost. Answers the new cwnd. `is_cwnd_limited`: the window held
  // text back within the last round trip.
  uint32_t on_ack(const AckSample& s, const CongestionWindow& w, bool is_cwnd_limited);
  // HandleLostPacket(), before the ACK or the time-out that it belongs to is told.
  void on_lost(const LossSample& l, const CongestionWindow& w);
  // An ECN mark counts as a loss (RFC 3168 5; the draft leaves ECN open).
  void on_ecn(const CongestionWindow& w) { note_loss(w); }
  // A fast recovery or a time-out begins (5.6.4.4); the window is kept for afterwards.
  void on_recovery(const CongestionWindow& w) { save_before_repair(w); }
  // HandleSpuriousLossDetection(); answers the new cwnd.
  uint32_t on_undo(const CongestionWindow& w);
  // HandleRestartFromIdle(); answers the new cwnd.
  uint32_t on_restart(Instant now, const CongestionWindow& w);

  uint64_t pacing_bytes_per_s() const { return pacing_bytes_per_s_; }
  // In ProbeRTT: what is sent says nothing about the bandwidth, as when the program is the limit.
  bool ignores_low_rates() const { return state_ == BbrState::kProbeRtt; }
  BbrState state() const { return state_; }
  const BbrModel& model() const { return model_; }
  uint32_t inflight_longterm_bytes() const { return long_term_.bytes(); }

 private:
  // BBR.ack_phase: of what phase of a probe the ACKs that come in tell.
  enum class AckPhase : uint8_t {
    kInit,
    kRefilling,
    kProbeStarting,
    kProbeFeedback,
    kProbeStopping
  };

  // What the steps of one ACK share.
  struct Ack {
    const AckSample& s;
    CongestionWindow w;
    bool is_cwnd_limited;
  };

  // What a spurious repair brings back (5.5.11).
  struct Undo {
    uint64_t bw_shortterm = 0;
    uint32_t inflight_shortterm = 0;
    uint32_t inflight_longterm = 0;
    // The state that losses ended: kStartup or kProbeUp; anything else for none.
    BbrState state = BbrState::kDrain;
  };

  void begin(Instant now);
  void update_model_and_state(Ack& a);

  void check_startup_done(const Ack& a);
  void check_drain_done(const Ack& a);
  void start_down(Instant now);
  void start_refill();
  void start_up(const Ack& a);
  void update_probe_bw(const Ack& a);
  bool adapt_long_term(const Ack& a);
  void raise_long_term(const Ack& a);
  bool is_time_to_cruise(const Ack& a) const;
  bool is_time_to_go_down(const Ack& a);
  bool is_time_to_probe(const Ack& a) const;
  void check_probe_rtt(Ack& a);
  void exit_probe_rtt(Instant now);

  void note_loss(const CongestionWindow& w);
  void save_before_repair(const CongestionWindow& w);
  void save_cwnd(const CongestionWindow& w);
  uint32_t restored_cwnd(const CongestionWindow& w) const;
  bool is_inflight_too_high(uint32_t lost_bytes, uint32_t in_flight_bytes) const;
  bool is_startup_loss_high(const Ack& a);
  void handle_inflight_too_high(const LossSample& l, const CongestionWindow& w);

  uint32_t target_inflight(const CongestionWindow& w) const;
  uint32_t quantized(uint64_t inflight_bytes, uint32_t mss_bytes) const;
  uint32_t inflight(uint64_t bytes_per_s, uint32_t percent, uint32_t mss_bytes) const;
  uint32_t probe_rtt_cwnd(uint32_t mss_bytes) const;
  uint32_t volume_cap(uint32_t mss_bytes) const;
  void init_pacing_rate(Duration srtt);
  void set_pacing_rate(uint32_t gain_percent);
  uint32_t next_cwnd(const Ack& a) const;

  BbrModel model_;
  BbrFullPipe full_pipe_;
  BbrLongTerm long_term_;
  BbrProbeClock clock_;
  BbrProbeRtt probe_rtt_;
  Undo undo_;
  uint64_t pacing_bytes_per_s_ = 0;
  Instant last_ack_at_;
  uint32_t initial_cwnd_bytes_ = 0;
  uint32_t prior_cwnd_bytes_ = 0;
  uint32_t drain_start_round_ = 0;
  uint32_t random_ = 0;
  BbrState state_ = BbrState::kStartup;
  AckPhase ack_phase_ = AckPhase::kInit;
  uint8_t startup_losses_ = 0;  // ACKs of this round that found something lost
  bool has_begun_ = false;
  bool has_round_trip_ = false;
  bool has_sack_ = false;
  bool has_new_loss_ = false;        // since the last ACK
  bool is_repairing_ = false;        // from a loss until recovery is over
  bool is_probe_sample_ = false;     // BBR.is_bw_probe_sample
  bool was_probe_too_high_ = false;  // BBR.prev_probe_too_high
  bool was_precautionary_ = false;   // BBR.prev_probe_precautionary
  bool is_idle_restart_ = false;
};

// Where there is no BBR: takes no memory, nobody asks.
class NoBbr {
 public:
  void start(const CongestionWindow&) {}
  uint32_t on_ack(const AckSample&, const CongestionWindow& w, bool) { return w.cwnd_bytes; }
  void on_lost(const LossSample&, const CongestionWindow&) {}
  void on_ecn(const CongestionWindow&) {}
  void on_recovery(const CongestionWindow&) {}
  uint32_t on_undo(const CongestionWindow& w) { return w.cwnd_bytes; }
  uint32_t on_restart(Instant, const CongestionWindow& w) { return w.cwnd_bytes; }
  uint64_t pacing_bytes_per_s() const { return 0; }
  bool ignores_low_rates() const { return false; }
};

using BbrIfAny = std::conditional_t<kConfig.tcp_bbr, Bbr, NoBbr>;

}  // namespace tapstack::transport::tcp
