// The pools behind packets, and every operation on chains, packets and queues.
#pragma once

#include "mem/chain_cursor.h"
#include "mem/index_allocator.h"
#include "mem/packet.h"
#include "mem/pool.h"
#include "util/checksum.h"

namespace tapstack::mem {

// Storage of blocks. Kept apart from the counts so that a block is aligned and untouched memory is
// never resident.
struct Block {
  alignas(64) uint8_t bytes[kConfig.block_bytes];
};
static_assert(kConfig.block_bytes <= 0xffff, "slices have 16-bit offsets");

struct Slice {
  Index next;
  Index block;
  uint16_t offset;
  uint16_t length;  // at least 1
};

// Pieces of at most this many bytes are copied rather than kept as slices of their own, when there
// is room: a block of its own would be mostly empty.
inline constexpr uint32_t kSmallPieceBytes = kConfig.block_bytes / 4;

// Not thread safe; trivially copyable; construction touches none of the pool storage.
// All functions that allocate return false / an empty value when memory is exhausted and leave
// their arguments as they were.
class PacketMemory {
 public:
  PacketMemory() {}  // user-provided: value-initialisation must not zero the storage

  // --- packets ---
  PacketPtr new_packet(Priority priority);  // empty PacketPtr when exhausted
  PacketPtr adopt(Index index) { return PacketPtr(*this, index); }
  Packet& packet(Index index) { return packets_.at(index); }
  const Packet& packet(Index index) const { return packets_.at(index); }
  void free_packet(Index index);  // and its chain
  // A second packet with the same info and header bytes whose chain shares the blocks.
  PacketPtr clone(const Packet& packet, Priority priority);

  // First `n` bytes made contiguous, n <= kConfig.packet_header_bytes; nullptr if the packet is
  // shorter or n too large. Valid until the packet changes. May move bytes into the header area.
  // Bytes that lie in a block may be shared with others: to be read, not written.
  uint8_t* pull(Packet& packet, uint32_t n);
  // `n` more bytes in front, uninitialised; nullptr if the header area has no room.
  uint8_t* prepend(Packet& packet, uint32_t n);
  void trim_front(Packet& packet, uint32_t n);  // n <= size
  void trim_back(Packet& packet, uint32_t n);   // n <= size
  void copy_out(const Packet& packet, uint32_t offset,
                Bytes to) const;  // offset + to.size() <= size
  // One's complement sum over [offset, offset + length) of the packet, folded to 16 bits, not
  // inverted (RFC 1071).
  uint16_t sum(const Packet& packet, uint32_t offset, uint32_t length) const;
  // The packet's bytes as spans, at most `max`; returns how many, 0 if they do not fit.
  size_t gather(const Packet& packet, std::span<ConstBytes> spans) const;
  // Moves what is in the header area into the chain's first slice, so that chain is all there is.
  bool flatten_header(Packet& packet, Priority priority);

  // --- chains ---
  void free_chain(Chain& chain);                                     // leaves it empty
  bool append_copy(Chain& to, ConstBytes bytes, Priority priority);  // all or nothing
  // Moves all of `from` to the end of `to`, without a copy; pieces in front of at most
  // `copied_bytes_max` are copied into the tail block when it has room and is not shared, so that
  // many small segments do not hold many blocks.
  void append_chain(Chain& to, Chain& from, uint32_t copied_bytes_max = kSmallPieceBytes);
  void chain_trim_front(Chain& chain, uint32_t n);  // n <= length
  void chain_trim_back(Chain& chain, uint32_t n);   // n <= length
  // A new chain that shares [offset, offset + length) of `chain`. `out` is empty before.
  bool share(const Chain& chain, uint32_t offset, uint32_t length, Chain& out, Priority priority);
  // The same starting from what `cursor` remembers; leaves it at the end of the range.
  bool share(const Chain& chain, ChainCursor& cursor, ChainRange range, Chain& out,
             Priority priority);
  void chain_copy_out(const Chain& chain, uint32_t offset, Bytes to) const;
  uint16_t chain_sum(const Chain& chain, uint32_t offset, uint32_t length) const;
  // Spans over [offset, ...) of the chain, at most spans.size(); returns how many; *covered bytes.
  size_t chain_gather(const Chain& chain, uint32_t offset, std::span<ConstBytes> spans,
                      uint32_t* covered) const;
  // A chain of `n` uninitialised bytes in blocks of its own, for a reader (readv) to fill;
  // afterwards chain_trim_back() what was not used and append_chain() the rest where it belongs.
  bool new_chain(uint32_t n, Chain& out, Priority priority);
  // The chain's bytes as writable spans (only for chains whose blocks are not shared); returns how
  // many, 0 if they do not fit.
  size_t chain_writable(const Chain& chain, std::span<Bytes> spans);
  // Cuts the first n bytes off `from` into `out` (empty before); splits a slice if needed.
  bool chain_split_front(Chain& from, uint32_t n, Chain& out);

  // --- queues ---
  // A packet does not change while it is in a queue.
  void push(PacketQueue& queue, PacketPtr packet);
  PacketPtr pop(PacketQueue& queue);  // empty when the queue is
  void clear(PacketQueue& queue);

  // --- limits and statistics ---
  // Whether sockets may go on holding `bytes` more without touching the reserve.
  bool may_keep(uint32_t bytes) const;
  // Blocks that a chain keeps from others, in bytes: what a limit on memory has to count when many
  // small pieces come in.
  static uint32_t footprint_bytes(const Chain& chain) {
    return chain.slices * static_cast<uint32_t>(kConfig.block_bytes);
  }
  size_t blocks_used() const { return block_slots_.used(); }
  size_t slices_used() const { return slice_slots_.used(); }
  size_t packets_used() const { return packets_.used(); }

 private:
  // A position in a chain: a slice and an offset in it.
  struct Place {
    Index slice;
    uint32_t skip;
  };

  uint8_t* data(const Slice& slice) { return blocks_[slice.block].bytes + slice.offset; }
  const uint8_t* data(const Slice& slice) const {
    return blocks_[slice.block].bytes + slice.offset;
  }
  bool has_blocks(size_t n, Priority priority) const;
  bool has_slices(size_t n, Priority priority) const;
  Index new_slice(Index block, uint32_t offset, uint32_t length);  // counts a reference
  Index new_block_slice(uint32_t length);
  void free_slice(Index slice);
  void link_back(Chain& chain, Index slice);
  void link_front(Chain& chain, Index slice);
  Index unlink_front(Chain& chain);
  uint32_t tail_room(const Chain& chain) const;
  void extend_tail(Chain& chain, ConstBytes bytes);
  Place find(const Chain& chain, uint32_t offset) const;
  bool share_from(Place place, uint32_t length, Chain& out, Priority priority);
  template <class Visit>
  void visit(Place place, uint32_t length, Visit&& piece) const;

  Pool<Packet, kConfig.packets, struct PacketTag> packets_;
  IndexAllocator<kConfig.slices> slice_slots_;
  IndexAllocator<kConfig.blocks> block_slots_;
  Slice slices_[kConfig.slices];
  uint32_t references_[kConfig.blocks];  // slices of the block; valid while it is in use
  Block blocks_[kConfig.blocks];
};

// PacketPtr's operations; they need to know PacketMemory.
inline void PacketPtr::reset() {
  if (index_ != kNoIndex) memory_->free_packet(release());
}

inline PacketPtr& PacketPtr::operator=(PacketPtr&& o) noexcept {
  if (this != &o) {
    reset();
    memory_ = o.memory_;
    index_ = o.release();
  }
  return *this;
}

inline Packet* PacketPtr::operator->() const { return &memory_->packet(index_); }

}  // namespace tapstack::mem
