// Chains: byte strings made of slices of blocks.
#include <algorithm>
#include <cstring>

#include "mem/packet_memory.h"

namespace tapstack::mem {
namespace {

constexpr uint32_t kBlockBytes = kConfig.block_bytes;

constexpr size_t blocks_for(size_t bytes) { return (bytes + kBlockBytes - 1) / kBlockBytes; }

}  // namespace

// --- slices and blocks ---------------------------------------------------------------------------

bool PacketMemory::has_blocks(size_t n, Priority priority) const {
  const size_t reserved = priority == Priority::kData ? kConfig.blocks_reserved : 0;
  return n == 0 || block_slots_.available() >= n + reserved;
}

bool PacketMemory::has_slices(size_t n, Priority priority) const {
  const size_t reserved = priority == Priority::kData ? kConfig.blocks_reserved : 0;
  return n == 0 || slice_slots_.available() >= n + reserved;
}

Index PacketMemory::new_slice(Index block, uint32_t offset, uint32_t length) {
  const Index index = slice_slots_.allocate();
  slices_[index] = {kNoIndex, block, static_cast<uint16_t>(offset), static_cast<uint16_t>(length)};
  ++references_[block];
  return index;
}

// Callers have asked has_blocks() and has_slices().
Index PacketMemory::new_block_slice(uint32_t length) {
  const Index block = block_slots_.allocate();
  references_[block] = 0;
  return new_slice(block, 0, length);
}

void PacketMemory::free_slice(Index slice) {
  const Index block = slices_[slice].block;
  slice_slots_.release(slice);
  if (--references_[block] == 0) block_slots_.release(block);
}

void PacketMemory::link_back(Chain& chain, Index slice) {
  slices_[slice].next = kNoIndex;
  (chain.tail == kNoIndex ? chain.head : slices_[chain.tail].next) = slice;
  chain.tail = slice;
  chain.length += slices_[slice].length;
  ++chain.slices;
}

void PacketMemory::link_front(Chain& chain, Index slice) {
  slices_[slice].next = chain.head;
  chain.head = slice;
  if (chain.tail == kNoIndex) chain.tail = slice;
  chain.length += slices_[slice].length;
  ++chain.slices;
}

Index PacketMemory::unlink_front(Chain& chain) {
  const Index slice = chain.head;
  chain.head = slices_[slice].next;
  if (chain.head == kNoIndex) chain.tail = kNoIndex;
  chain.length -= slices_[slice].length;
  --chain.slices;
  return slice;
}

// --- building ------------------------------------------------------------------------------------

void PacketMemory::free_chain(Chain& chain) {
  for (Index slice = chain.head; slice != kNoIndex;) {
    const Index next = slices_[slice].next;
    free_slice(slice);
    slice = next;
  }
  chain = Chain();
}

// Bytes that may be written behind the chain's last one: nobody else can see that block.
uint32_t PacketMemory::tail_room(const Chain& chain) const {
  if (chain.tail == kNoIndex) return 0;
  const Slice& last = slices_[chain.tail];
  if (references_[last.block] != 1) return 0;
  return kBlockBytes - last.offset - last.length;
}

void PacketMemory::extend_tail(Chain& chain, ConstBytes bytes) {
  Slice& last = slices_[chain.tail];
  std::memcpy(data(last) + last.length, bytes.data(), bytes.size());
  last.length = static_cast<uint16_t>(last.length + bytes.size());
  chain.length += static_cast<uint32_t>(bytes.size());
}

bool PacketMemory::append_copy(Chain& to, ConstBytes bytes, Priority priority) {
  if (bytes.empty()) return true;
  const size_t into_tail = std::min<size_t>(tail_room(to), bytes.size());
  const size_t blocks = blocks_for(bytes.size() - into_tail);
  if (!has_blocks(blocks, priority) || !has_slices(blocks, priority)) return false;
  if (into_tail != 0) {
    extend_tail(to, bytes.first(into_tail));
    bytes = bytes.subspan(into_tail);
  }
  while (!bytes.empty()) {
    const size_t n = std::min<size_t>(bytes.size(), kBlockBytes);
    const Index slice = new_block_slice(static_cast<uint32_t>(n));
    std::memcpy(data(slices_[slice]), bytes.data(), n);
    link_back(to, slice);
    bytes = bytes.subspan(n);
  }
  return true;
}

void PacketMemory::append_chain(Chain& to, Chain& from, uint32_t copied_bytes_max) {
  while (from.head != kNoIndex) {
    const Slice& first = slices_[from.head];
    if (first.length > copied_bytes_max || first.length > tail_room(to)) break;
    extend_tail(to, {data(first), first.length});
    free_slice(unlink_front(from));
  }
  if (from.head != kNoIndex) {
    (to.tail == kNoIndex ? to.head : slices_[to.tail].next) = from.head;
    to.tail = from.tail;
    to.length += from.length;
    to.slices += from.slices;
  }
  from = Chain();
}

bool PacketMemory::new_chain(uint32_t n, Chain& out, Priority priority) {
  const size_t blocks = blocks_for(n);
  if (!has_blocks(blocks, priority) || !has_slices(blocks, priority)) return false;
  for (; n > 0; n -= std::min(n, kBlockBytes)) {
    link_back(out, new_block_slice(std::min(n, kBlockBytes)));
  }
  return true;
}

// --- cutting and sharing -------------------------------------------------------------------------

void PacketMemory::chain_trim_front(Chain& chain, uint32_t n) {
  TAPSTACK_ASSERT(n <= chain.length);
  while (n > 0) {
    Slice& first = slices_[chain.head];
    if (n < first.length) {
      first.offset = static_cast<uint16_t>(first.offset + n);
      first.length = static_cast<uint16_t>(first.length - n);
      chain.length -= n;
      return;
    }
    n -= first.length;
    free_slice(unlink_front(chain));
  }
}

void PacketMemory::chain_trim_back(Chain& chain, uint32_t n) {
  TAPSTACK_ASSERT(n <= chain.length);
  if (n == 0) return;
  const uint32_t keep = chain.length - n;
  if (keep == 0) return free_chain(chain);
  const Place last = find(chain, keep - 1);
  Slice& tail = slices_[last.slice];
  Chain rest;
  rest.head = tail.next;
  tail.length = static_cast<uint16_t>(last.skip + 1);
  tail.next = kNoIndex;
  uint32_t freed = 0;
  for (Index i = rest.head; i != kNoIndex; i = slices_[i].next) ++freed;
  free_chain(rest);
  chain.tail = last.slice;
  chain.length = keep;
  chain.slices -= freed;
}

bool PacketMemory::chain_split_front(Chain& from, uint32_t n, Chain& out) {
  TAPSTACK_ASSERT(n <= from.length && out.is_empty());
  if (n == 0) return true;
  const Place last = find(from, n - 1);
  const bool cuts_slice = last.skip + 1 < slices_[last.slice].length;
  if (cuts_slice && !has_slices(1, Priority::kControl)) return false;
  if (cuts_slice) {
    const Slice whole = slices_[last.slice];
    const uint32_t keep = last.skip + 1;
    const Index rest = new_slice(whole.block, whole.offset + keep, whole.length - keep);
    slices_[rest].next = whole.next;
    slices_[last.slice].length = static_cast<uint16_t>(keep);
    slices_[last.slice].next = rest;
    if (from.tail == last.slice) from.tail = rest;
    ++from.slices;
  }
  uint32_t moved = 1;
  for (Index i = from.head; i != last.slice; i = slices_[i].next) ++moved;
  out = {from.head, last.slice, n, moved};
  from.head = slices_[last.slice].next;
  if (from.head == kNoIndex) from.tail = kNoIndex;
  from.length -= n;
  from.slices -= moved;
  slices_[last.slice].next = kNoIndex;
  return true;
}

// The slice that holds byte `offset`; offset < chain.length.
PacketMemory::Place PacketMemory::find(const Chain& chain, uint32_t offset) const {
  const uint32_t before_tail = chain.length - slices_[chain.tail].length;
  if (offset >= before_tail) return {chain.tail, offset - before_tail};
  Place place{chain.head, offset};
  while (place.skip >= slices_[place.slice].length) {
    place.skip -= slices_[place.slice].length;
    place.slice = slices_[place.slice].next;
  }
  return place;
}

// Calls piece(block, offset in block, bytes) for each part of `length` bytes from `place` on.
template <class Visit>
void PacketMemory::visit(Place place, uint32_t length, Visit&& piece) const {
  while (length > 0) {
    const Slice& slice = slices_[place.slice];
    const uint32_t n = std::min(slice.length - place.skip, length);
    piece(slice.block, slice.offset + place.skip, n);
    length -= n;
    place = {slice.next, 0};
  }
}

bool PacketMemory::share_from(Place place, uint32_t length, Chain& out, Priority priority) {
  TAPSTACK_ASSERT(out.is_empty());
  size_t pieces = 0;
  visit(place, length, [&](Index, uint32_t, uint32_t) { ++pieces; });
  if (!has_slices(pieces, priority)) return false;
  visit(place, length, [&](Index block, uint32_t offset, uint32_t n) {
    link_back(out, new_slice(block, offset, n));
  });
  return true;
}

bool PacketMemory::share(const Chain& chain, uint32_t offset, uint32_t length, Chain& out,
                         Priority priority) {
  TAPSTACK_ASSERT(offset <= chain.length && length <= chain.length - offset);
  if (length == 0) return true;
  return share_from(find(chain, offset), length, out, priority);
}

bool PacketMemory::share(const Chain& chain, ChainCursor& cursor, ChainRange range, Chain& out,
                         Priority priority) {
  TAPSTACK_ASSERT(range.offset <= chain.length && range.length <= chain.length - range.offset);
  if (range.length == 0) return true;
  if (cursor.slice_ == kNoIndex || cursor.start_ > range.offset) {
    cursor.slice_ = chain.head;
    cursor.start_ = 0;
  }
  Place first{kNoIndex, 0};
  for (;; cursor.slice_ = slices_[cursor.slice_].next) {
    const uint32_t end = cursor.start_ + slices_[cursor.slice_].length;
    if (first.slice == kNoIndex && range.offset < end) {
      first = {cursor.slice_, range.offset - cursor.start_};
    }
    if (range.offset + range.length <= end) break;
    cursor.start_ = end;
  }
  return share_from(first, range.length, out, priority);
}

// --- reading and filling -------------------------------------------------------------------------

void PacketMemory::chain_copy_out(const Chain& chain, uint32_t offset, Bytes to) const {
  TAPSTACK_ASSERT(offset <= chain.length && to.size() <= chain.length - offset);
  if (to.empty()) return;
  uint8_t* out = to.data();
  visit(find(chain, offset), static_cast<uint32_t>(to.size()),
        [&](Index block, uint32_t begin, uint32_t n) {
          std::memcpy(out, blocks_[block].bytes + begin, n);
          out += n;
        });
}

uint16_t PacketMemory::chain_sum(const Chain& chain, uint32_t offset, uint32_t length) const {
  TAPSTACK_ASSERT(offset <= chain.length && length <= chain.length - offset);
  ChecksumSum sum;
  if (length == 0) return sum.folded();
  visit(find(chain, offset), length, [&](Index block, uint32_t begin, uint32_t n) {
    sum.add({blocks_[block].bytes + begin, n});
  });
  return sum.folded();
}

size_t PacketMemory::chain_gather(const Chain& chain, uint32_t offset, std::span<ConstBytes> spans,
                                  uint32_t* covered) const {
  TAPSTACK_ASSERT(offset <= chain.length);
  size_t used = 0;
  *covered = 0;
  if (offset == chain.length) return 0;
  for (Place place = find(chain, offset); place.slice != kNoIndex && used < spans.size();) {
    const Slice& slice = slices_[place.slice];
    spans[used++] = ConstBytes(data(slice), slice.length).subspan(place.skip);
    *covered += slice.length - place.skip;
    place = {slice.next, 0};
  }
  return used;
}

size_t PacketMemory::chain_writable(const Chain& chain, std::span<Bytes> spans) {
  if (chain.slices > spans.size()) return 0;
  size_t used = 0;
  for (Index i = chain.head; i != kNoIndex; i = slices_[i].next) {
    TAPSTACK_ASSERT(references_[slices_[i].block] == 1);
    spans[used++] = Bytes(data(slices_[i]), slices_[i].length);
  }
  return used;
}

}  // namespace tapstack::mem
