// What is outstanding, in the pieces in which it was transmitted: when each went out, and whether
// it was reported as received (RFC 2018), is taken to be lost, or is on its way again. Loss
// detection, recovery and the rate estimate all read from here; this is the only writer of it.
//
// Records come from one pool of all connections, and are in two lists: by sequence number without a
// gap, and by time of transmission while they are in flight. When the pool is empty, pieces are
// merged or a SACK block is not taken in: that costs exactness, never correctness.
#pragma once

#include <cstdint>

#include "config.h"
#include "mem/pool.h"
#include "transport/tcp/delivery_rate.h"
#include "transport/tcp/index_list.h"
#include "transport/tcp/seq.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

// When a piece last went out. Many leave at one instant, so transmissions are numbered too.
struct SentTime {
  Instant at;
  uint32_t number = 0;  // of the transmission, among the connection's

  constexpr bool is_after(const SentTime& o) const {
    return at > o.at || (at == o.at && static_cast<int32_t>(number - o.number) > 0);
  }
  constexpr bool operator==(const SentTime&) const = default;
};

// RFC 8985 6.2 step 2, RACK_sent_after(): pieces of one transmission are in the order of their
// ends.
constexpr bool is_sent_after(const SentTime& sent, SeqNumber end, const SentTime& than,
                             SeqNumber than_end) {
  return sent.is_after(than) || (sent == than && end.after(than_end));
}

struct SentRecord {
  SeqRange range;         // of text, and the FIN
  SentTime sent;          // its last transmission
  SendSnapshot snapshot;  // of the connection's delivery then
  uint32_t segments = 0;  // that it holds
  uint16_t segment_bytes = 1;
  bool is_sacked = false;
  bool is_lost = false;
  bool is_again = false;    // a retransmission of it is in flight
  bool was_resent = false;  // it was sent more than once
  ListLink place;           // by sequence number
  ListLink turn;  // by `sent`, while in flight: not SACKed, and not lost unless `is_again`
};

using SentPool = mem::Pool<SentRecord, kConfig.tcp_sent_records, struct SentRecordTag>;

// What a transmission needs to be remembered.
struct Transmission {
  SeqRange range;
  Instant at;
  uint16_t segment_bytes = 1;  // text of a full segment then
  SendSnapshot snapshot;
};

// A piece that an ACK reported as received.
struct DeliveredPiece {
  SentTime sent;
  SeqNumber end;
  SendSnapshot snapshot;
  bool is_known = false;
};

// What one ACK reported, cumulatively and by SACK.
struct Delivered {
  uint32_t acked_bytes = 0;                    // cumulatively, also what had been SACKed before
  uint32_t delivered_bytes = 0;                // reported for the first time
  DeliveredPiece newest_original;              // the latest sent of those sent once
  DeliveredPiece newest_resent;                // the latest sent of those sent again
  Instant oldest_acked_at = Instant::never();  // of those cumulatively acknowledged that were sent
                                               // once
  bool has_resent_acked = false;               // one cumulatively acknowledged was sent again
  bool has_original = false;     // one sent once, and before the recovery's end, was delivered
  uint32_t reordered_bytes = 0;  // how far above one sent once, and delivered now, others had been
                                 // delivered before; 0: nothing was overtaken
  uint32_t sacked_bytes = 0;     // newly, by SACK
  bool had_sacked = false;       // before this ACK
  SeqNumber sacked_end_before;
};

class SentLog {
 public:
  // Whether something new can be remembered: a record is free, or the last can be extended.
  bool has_room(const SentPool& pool) const;
  // `range` begins where the last one ended; has_room().
  void on_sent(SentPool& pool, const Transmission& t);
  // A part of what is outstanding goes again. Must lie in one record, as next_lost() and last()
  // answer.
  void on_resent(SentPool& pool, const Transmission& t);

  // What on_sacked() and on_acked() of one ACK fill in, SACK first.
  Delivered begin_ack() const;
  // Everything before `una` arrived. `recovery_point` as for Delivered::has_original.
  void on_acked(SentPool& pool, SeqNumber una, SeqNumber recovery_point, Delivered& out);
  // A plausible SACK block, within (una, nxt].
  void on_sacked(SentPool& pool, const SeqRange& block, SeqNumber recovery_point, Delivered& out);

  // The record is taken to be lost, also when it was sent again. Returns its bytes, 0 if it was
  // known already.
  uint32_t mark_lost(SentPool& pool, mem::Index index);
  // At most `bytes` at the front (RFC 6582: without SACK only the first segment is known to be
  // lost). Returns the bytes marked.
  uint32_t mark_front_lost(SentPool& pool, uint32_t bytes);
  // All that was not SACKed: RFC 5681 3.1, RFC 6298 5.4.
  void mark_all_lost(SentPool& pool);
  // Nothing is lost: the retransmission turned out to be needless. What is still in flight stays.
  void unmark_lost(SentPool& pool);
  // RFC 2018 8: what was reported may have been thrown away.
  void forget_sacked(SentPool& pool);
  void clear(SentPool& pool);

  bool is_empty() const { return by_place_.is_empty(); }
  uint32_t records() const { return by_place_.count; }
  uint32_t sacked_bytes() const { return sacked_bytes_; }
  uint32_t sacked_segments() const { return sacked_segments_; }
  uint32_t lost_bytes() const { return lost_bytes_; }
  uint32_t again_bytes() const { return again_bytes_; }
  uint32_t outstanding_segments() const { return segments_; }
  // RFC 6675 4, SetPipe(), by records: in the network are what was neither SACKed nor lost, and
  // what was sent again.
  uint32_t pipe_bytes() const { return total_bytes_ - sacked_bytes_ - lost_bytes_ + again_bytes_; }
  // End of the highest SACKed record; `una` when there is none.
  SeqNumber highest_sacked_end(SeqNumber una) const { return has_sacked() ? sacked_end_ : una; }
  bool has_sacked() const { return sacked_bytes_ > 0; }
  // The oldest record is SACKed although it was not acknowledged: the receiver has thrown it away.
  bool is_front_sacked(const SentPool& pool) const;

  // The lowest range that is lost and not on its way again; empty if none.
  SeqRange next_lost(const SentPool& pool) const;
  // The highest `bytes` of the last record: what a tail loss probe repeats.
  SeqRange last(const SentPool& pool, uint32_t bytes) const;
  // In flight, oldest transmission first: to go through with at() and next_in_flight().
  mem::Index oldest_in_flight() const { return by_turn_.head; }
  static mem::Index next_in_flight(const SentPool& pool, mem::Index i) {
    return pool.at(i).turn.next;
  }
  // The oldest record; there must be one.
  const SentRecord& front(const SentPool& pool) const { return pool.at(by_place_.head); }

 private:
  void extend_tail(SentPool& pool, const Transmission& t, uint32_t segments);
  mem::Index find(const SentPool& pool, SeqNumber from, mem::Index near) const;
  mem::Index split(SentPool& pool, mem::Index index, SeqNumber at);
  mem::Index sack(SentPool& pool, mem::Index index);
  void merge_with_next(SentPool& pool, mem::Index index);
  void stop_counting(const SentRecord& r);
  void count(const SentRecord& r);
  void cut_front(SentPool& pool, mem::Index index, SeqNumber una);
  void drop(SentPool& pool, mem::Index index);

  IndexList by_place_;
  IndexList by_turn_;
  mem::Index lost_hint_ = mem::kNoIndex;  // nothing that must go again lies before it
  mem::Index sack_hint_ = mem::kNoIndex;  // near the last change by SACK
  SeqNumber sacked_end_;
  uint32_t transmissions_ = 0;
  uint32_t total_bytes_ = 0;
  uint32_t segments_ = 0;
  uint32_t sacked_bytes_ = 0;
  uint32_t sacked_segments_ = 0;
  uint32_t lost_bytes_ = 0;
  uint32_t again_bytes_ = 0;
  uint32_t waiting_bytes_ = 0;  // lost and not on their way again
};

}  // namespace tapstack::transport::tcp
