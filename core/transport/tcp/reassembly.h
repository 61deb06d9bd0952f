// Text that arrived out of order, kept until the hole before it is filled (RFC 9293 3.10.7.4,
// seventh step, SHLD-31; RFC 2018 for what is reported about it).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "config.h"
#include "mem/packet_memory.h"
#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

// Bounded by tcp_reassembly_ranges, and in bytes by the window that lets the text in at all.
class Reassembly {
 public:
  static constexpr size_t kCapacity = kConfig.tcp_reassembly_ranges;

  // Takes over `text`, which begins at `begin`. What overlaps is kept as it came first: a later
  // segment must not change what was acknowledged selectively. False: the table is full, or all of
  // it was there already; nothing (more) was kept.
  bool insert(mem::PacketMemory& memory, SeqNumber begin, mem::Chain& text);
  // The text that begins at or before `nxt`, without what lies before it; empty when there is none.
  // Ranges that end at or before `nxt` are thrown away.
  mem::Chain take(mem::PacketMemory& memory, SeqNumber nxt);
  // RFC 2018 8: the receiver may discard what it has reported, when memory is short.
  void clear(mem::PacketMemory& memory);

  // The first octets of `range` that are held already; empty when there are none.
  SeqRange overlap(const SeqRange& range) const;

  bool is_empty() const { return count_ == 0; }
  uint32_t bytes() const { return bytes_; }
  // Ranges to report, the one that changed last first (RFC 2018 4 (1) and (3)); returns how many.
  size_t report(std::span<SeqRange> blocks) const;

 private:
  struct Held {
    SeqRange range;
    mem::Chain text;
    uint32_t changed = 0;  // value of clock_ when text for it last came
  };

  bool insert_piece(mem::PacketMemory& memory, SeqNumber begin, mem::Chain& text);
  void remove(uint32_t at);

  std::array<Held, kCapacity> held_;  // ascending, disjoint, not touching
  uint32_t count_ = 0;
  uint32_t bytes_ = 0;
  uint32_t clock_ = 0;
};

}  // namespace tapstack::transport::tcp
