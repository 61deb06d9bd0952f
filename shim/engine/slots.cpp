#include "shim/engine/slots.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace tapstack::shim {

Slots::Slots() {
  void* memory = mmap(nullptr, kCapacity * sizeof(Slot), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) std::abort();  // a few megabytes of address space
  slots_ = static_cast<Slot*>(memory);
}

Slots::~Slots() { munmap(slots_, kCapacity * sizeof(Slot)); }

Slot& Slots::reset(SocketId id, SocketKind kind, bool was_used) {
  Slot& slot = slots_[id.index];
  const bool is_queued = was_used && slot.is_queued;
  const uint32_t next_queued = slot.next_queued;
  new (&slot) Slot;
  slot.id = id;
  slot.kind = kind;
  slot.is_queued = is_queued;  // of the last occupant: harmless, and keeps the list whole
  slot.next_queued = next_queued;
  ++used_;
  return slot;
}

Slot& Slots::add(SocketId id, SocketKind kind) {
  Slot& slot = reset(id, kind, id.index < end_);
  slot.phase = kind == SocketKind::kTcp ? SlotPhase::kFresh : SlotPhase::kDatagram;
  end_ = std::max<size_t>(end_, id.index + 1);
  return slot;
}

Slot* Slots::add_own(SocketKind kind) {
  size_t n = 0;
  while (n < own_end_ && begin_own()[n].phase != SlotPhase::kFree) ++n;
  if (n == kOwn) return nullptr;
  const bool was_used = n < own_end_;
  const uint32_t generation = was_used ? begin_own()[n].id.generation + 1 : 1;
  Slot& slot = reset({static_cast<uint32_t>(kFirstOwn + n), generation}, kind, was_used);
  slot.phase = SlotPhase::kNetlink;
  own_end_ = std::max(own_end_, n + 1);
  return &slot;
}

void Slots::remove(Slot& slot) {
  slot.phase = SlotPhase::kFree;
  slot.end = slot.handle = -1;
  --used_;
}

Slot* Slots::find(SlotId name) {
  const bool was_used =
      name.slot < end_ || (name.slot >= kFirstOwn && name.slot - kFirstOwn < own_end_);
  if (!was_used) return nullptr;
  Slot& slot = slots_[name.slot];
  if (slot.phase == SlotPhase::kFree || slot.id.generation != name.generation) return nullptr;
  return &slot;
}

void Slots::enqueue(Slot& slot) {
  if (slot.is_queued) return;
  const auto index = static_cast<uint32_t>(&slot - slots_);
  slot.is_queued = true;
  slot.next_queued = kNone;
  if (queue_tail_ == kNone) {
    queue_head_ = index;
  } else {
    slots_[queue_tail_].next_queued = index;
  }
  queue_tail_ = index;
  ++queued_;
}

Slot* Slots::dequeue() {
  while (queue_head_ != kNone) {
    Slot& slot = slots_[queue_head_];
    queue_head_ = slot.next_queued;
    if (queue_head_ == kNone) queue_tail_ = kNone;
    slot.is_queued = false;
    --queued_;
    if (slot.phase != SlotPhase::kFree) return &slot;
  }
  return nullptr;
}

void Slots::restore(const SlotsImage& image) {
  used_ = image.used;
  queued_ = image.queued;
  end_ = std::min<size_t>(image.end, kFirstOwn);
  own_end_ = std::min<size_t>(image.own_end, kOwn);
  queue_head_ = image.queue_head;
  queue_tail_ = image.queue_tail;
}

Slot* Slots::next(size_t& n) {
  if (n >= end_) n = std::max(n, kFirstOwn);
  while (n < kFirstOwn + own_end_) {
    Slot& slot = slots_[n++];
    if (n == end_) n = kFirstOwn;
    if (slot.phase != SlotPhase::kFree) return &slot;
  }
  return nullptr;
}

}  // namespace tapstack::shim
