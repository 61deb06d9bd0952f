// Text that arrived out of order, kept until the hole before it is filled (RFC 9293 3.10.7.4,
// seventh step, SHLD-31; RFC 2018 for what is reported about it).
//
// Ranges come from one pool of all connections. A flow that overruns a queue of a fast path leaves
// hundreds of holes; whatever finds no range is thrown away, must be sent again, and looks to the
// sender as if the path had lost all of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "config.h"
#include "mem/packet_memory.h"
#include "mem/pool.h"
#include "transport/tcp/index_list.h"
#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

struct HeldText {
  SeqRange range;
  mem::Chain text;
  ListLink place;   // by sequence number
  ListLink change;  // the one that changed last first
};
using HeldPool = mem::Pool<HeldText, kConfig.tcp_reassembly_ranges, struct HeldTextTag>;

// Bounded by its share of the pool, and in bytes by the window that lets the text in at all.
class Reassembly {
 public:
  // Of a connection, so that one with many holes leaves some to the others.
  static constexpr uint32_t kRangesMax =
      std::max<uint32_t>(static_cast<uint32_t>(kConfig.tcp_reassembly_ranges / 4), 1);

  // Takes over `text`, which begins at `begin`. What overlaps is kept as it came first: a later
  // segment must not change what was acknowledged selectively. False: there is no range for it, or
  // all of it was there already; nothing (more) was kept.
  bool insert(HeldPool& pool, mem::PacketMemory& memory, SeqNumber begin, mem::Chain& text);
  // The text that begins at or before `nxt`, without what lies before it; empty when there is none.
  // Ranges that end at or before `nxt` are thrown away.
  mem::Chain take(HeldPool& pool, mem::PacketMemory& memory, SeqNumber nxt);
  // RFC 2018 8: the receiver may discard what it has reported, when memory is short.
  void clear(HeldPool& pool, mem::PacketMemory& memory);

  // The first octets of `range` that are held already; empty when there are none.
  SeqRange overlap(const HeldPool& pool, const SeqRange& range) const;

  bool is_empty() const { return by_place_.is_empty(); }
  uint32_t bytes() const { return bytes_; }
  // Ranges to report, the one that changed last first (RFC 2018 4 (1) and (3)); returns how many.
  size_t report(const HeldPool& pool, std::span<SeqRange> blocks) const;

 private:
  mem::Index find(const HeldPool& pool, SeqNumber begin) const;
  bool insert_piece(HeldPool& pool, mem::PacketMemory& memory, SeqNumber begin, mem::Chain& text,
                    mem::Index next);
  mem::Index add(HeldPool& pool, mem::Index left);
  void note_change(HeldPool& pool, mem::Index index);
  void drop(HeldPool& pool, mem::Index index);

  IndexList by_place_;  // ascending, disjoint, not touching
  IndexList by_change_;
  uint32_t bytes_ = 0;
};

}  // namespace tapstack::transport::tcp
