// How fast the network delivers: draft-cheng-iccrg-delivery-rate-estimation-02, which
// draft-ietf-ccwg-bbr 4.1 carries on. Each transmission keeps a snapshot of what had been delivered
// when it left; its acknowledgement tells how much arrived in between, and in which time.
//
// A record of what was sent may cover many segments (a superframe) and be split later; both parts
// keep the snapshot.
#pragma once

#include <cstdint>
#include <type_traits>

#include "config.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

// What one ACK says about the rate of delivery (draft section 2.3, rs).
struct RateSample {
  uint64_t delivered_bytes = 0;        // between the newest acknowledged transmission and its ACK
  uint64_t prior_delivered_bytes = 0;  // delivered in all when that transmission left
  Duration interval;                   // in which delivered_bytes arrived; zero: no valid sample
  uint32_t tx_in_flight_bytes = 0;     // in flight when it left, itself included
  uint32_t lost_bytes = 0;             // found lost since it left
  bool is_app_limited = false;         // the program had too little to send: a lower bound only
  bool has_delivered = false;          // this ACK delivered something: the fields but interval hold
};

// What programs are shown of it.
struct DeliveryFigure {
  uint64_t bytes_per_s = 0;  // 0: none yet
  bool is_app_limited = false;
};

// What the loss of one transmission says (draft-ietf-ccwg-bbr 5.5.10.2, HandleLostPacket()).
struct LossSample {
  uint64_t delivered_bytes = 0;     // in all, now
  uint32_t bytes = 0;               // lost of this record
  uint32_t tx_in_flight_bytes = 0;  // in flight when it left, itself included
  uint32_t lost_bytes = 0;          // found lost since it left, itself included
  bool is_app_limited = false;
};

// What a record of sent text keeps (draft section 3.1.2, P).
struct FullSendSnapshot {
  Instant delivered_at;   // of the newest delivery when it left
  Instant first_sent_at;  // of the transmission that was newest among those delivered then
  uint64_t delivered_bytes = 0;
  uint32_t tx_in_flight_bytes = 0;
  uint32_t lost_bytes = 0;  // counted so far, modulo 2^32
  bool is_app_limited = false;
};

class FullDeliveryRate {
 public:
  // `bytes` leave now, for the first time or again; `pipe_bytes` are in the network without them.
  FullSendSnapshot on_send(Instant now, uint32_t pipe_bytes, uint32_t bytes);
  // An ACK delivered `bytes`, cumulatively or by SACK, that left at `sent_at` with this snapshot.
  // Once for each octet; in any order within an ACK.
  void on_delivered(const FullSendSnapshot& sent, Instant sent_at, uint32_t bytes, Instant now);
  // `bytes` of a record with this snapshot were found lost.
  LossSample on_lost(const FullSendSnapshot& sent, uint32_t bytes);
  // After everything that one ACK delivered and found lost. `min_rtt`: a shorter interval cannot be
  // a real one (draft section 2.3: ACKs that were compressed).
  RateSample end_of_ack(Duration min_rtt);
  // Output stopped for want of data: nothing unsent, nothing lost that was not sent again, and the
  // pipe, of `pipe_bytes`, below cwnd (draft section 3.4).
  void on_app_limited(uint32_t pipe_bytes);

  // The latest rate, which one that the program limited replaces only when it is higher (TCP_INFO).
  const DeliveryFigure& best() const { return best_; }
  uint64_t delivered_bytes() const { return delivered_bytes_; }
  bool is_app_limited() const { return app_limited_until_bytes_ != 0; }

 private:
  uint64_t delivered_bytes_ = 0;
  Instant delivered_at_;
  Instant first_sent_at_;
  uint64_t app_limited_until_bytes_ = 0;  // 0: not limited
  uint32_t lost_bytes_ = 0;
  // The newest transmission that the present ACK delivered.
  FullSendSnapshot newest_;
  Instant newest_sent_at_;
  Duration send_elapsed_;
  Duration ack_elapsed_;
  bool has_newest_ = false;
  DeliveryFigure best_;
};

// Nobody asks where there is no BBR: takes no memory and no time.
struct NoSendSnapshot {};
class NoDeliveryRate {
 public:
  NoSendSnapshot on_send(Instant, uint32_t, uint32_t) { return {}; }
  void on_delivered(const NoSendSnapshot&, Instant, uint32_t, Instant) {}
  LossSample on_lost(const NoSendSnapshot&, uint32_t) { return {}; }
  RateSample end_of_ack(Duration) { return {}; }
  void on_app_limited(uint32_t) {}
  uint64_t delivered_bytes() const { return 0; }
  bool is_app_limited() const { return false; }
  DeliveryFigure best() const { return {}; }
};

using SendSnapshot = std::conditional_t<kConfig.tcp_bbr, FullSendSnapshot, NoSendSnapshot>;
using DeliveryRate = std::conditional_t<kConfig.tcp_bbr, FullDeliveryRate, NoDeliveryRate>;

}  // namespace tapstack::transport::tcp
