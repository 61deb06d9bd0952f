// The pools behind packets, and every operation on chains, packets and queues.
#pragma once

#include "mem/packet.h"
#include "mem/pool.h"

namespace tapstack::mem {

// Storage of blocks. Kept apart from the counts so that a block is aligned and untouched memory is
// never resident.
struct Block {
  alignas(64) uint8_t bytes[kConfig.block_bytes];
};

struct Slice {
  Index next;
  Index block;
  uint32_t offset;
  uint32_t length;
};

// Not thread safe; trivially copyable; construction touches none of the pool storage.
// All functions that allocate return false / an empty value when memory is exhausted and leave their
// arguments as they were.
class PacketMemory {
 public:
  // --- packets ---
  PacketPtr new_packet(Priority priority);            // empty PacketPtr when exhausted
  PacketPtr adopt(Index index) { return PacketPtr(*this, index); }
  Packet& packet(Index index);
  void free_packet(Index index);                      // and its chain
  // A second packet with the same info and header bytes whose chain shares the blocks.
  PacketPtr clone(const Packet& packet, Priority priority);

  // First `n` bytes made contiguous, n <= kConfig.packet_header_bytes; nullptr if the packet is
  // shorter or n too large. Valid until the packet changes. May move bytes into the header area.
  uint8_t* pull(Packet& packet, uint32_t n);
  // `n` more bytes in front, uninitialised; nullptr if the header area has no room.
  uint8_t* prepend(Packet& packet, uint32_t n);
  void trim_front(Packet& packet, uint32_t n);        // n <= size
  void trim_back(Packet& packet, uint32_t n);         // n <= size
  void copy_out(const Packet& packet, uint32_t offset, Bytes to) const;  // offset + to.size() <= size
  // One's complement sum over [offset, offset + length) of the packet, folded to 16 bits, not
  // inverted (RFC 1071).
  uint16_t sum(const Packet& packet, uint32_t offset, uint32_t length) const;
  // The packet's bytes as spans, at most `max`; returns how many, 0 if they do not fit.
  size_t gather(const Packet& packet, std::span<ConstBytes> spans) const;
  // Moves what is in the header area into the chain's first slice, so that chain is all there is.
  bool flatten_header(Packet& packet, Priority priority);

  // --- chains ---
  void free_chain(Chain& chain);                                         // leaves it empty
  bool append_copy(Chain& to, ConstBytes bytes, Priority priority);      // all or nothing
  // Moves all of `from` to the end of `to`, without a copy; small pieces are copied into the tail
  // block when it has room and is not shared, so that many small segments do not hold many blocks.
  void append_chain(Chain& to, Chain& from);
  void chain_trim_front(Chain& chain, uint32_t n);
  void chain_trim_back(Chain& chain, uint32_t n);
  // A new chain that shares [offset, offset + length) of `chain`.
  bool share(const Chain& chain, uint32_t offset, uint32_t length, Chain& out, Priority priority);
  void chain_copy_out(const Chain& chain, uint32_t offset, Bytes to) const;
  uint16_t chain_sum(const Chain& chain, uint32_t offset, uint32_t length) const;
  // Spans over [offset, ...) of the chain, at most spans.size(); returns how many; *covered bytes.
  size_t chain_gather(const Chain& chain, uint32_t offset, std::span<ConstBytes> spans,
                      uint32_t* covered) const;
  // A chain of `n` uninitialised bytes in blocks of its own, for a reader (readv) to fill; afterwards
  // chain_trim_back() what was not used and append_chain() the rest where it belongs.
  bool new_chain(uint32_t n, Chain& out, Priority priority);
  // The chain's bytes as writable spans (only for chains whose blocks are not shared).
  size_t chain_writable(const Chain& chain, std::span<Bytes> spans);
  // Cuts the first n bytes off `from` into `out` (empty before); splits a slice if needed.
  bool chain_split_front(Chain& from, uint32_t n, Chain& out);

  // --- queues ---
  void push(PacketQueue& queue, PacketPtr packet);
  PacketPtr pop(PacketQueue& queue);                   // empty when the queue is
  void clear(PacketQueue& queue);

  // --- limits and statistics ---
  // Whether sockets may go on holding `bytes` more without touching the reserve.
  bool may_keep(uint32_t bytes) const;
  size_t blocks_used() const;
  size_t slices_used() const;
  size_t packets_used() const;

 private:
  // (implementation: Pool<Block>, reference counts, Pool<Slice>, Pool<Packet>)
};

}  // namespace tapstack::mem
