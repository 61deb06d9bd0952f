#include "shim/engine/slots.h"

#include <gtest/gtest.h>

namespace tapstack::shim {
namespace {

SocketId id(uint32_t index, uint32_t generation) { return {index, generation}; }

TEST(Slots, FindsWhatWasAddedByItsName) {
  Slots slots;
  Slot& slot = slots.add(id(5, 2), SocketKind::kTcp);
  EXPECT_EQ(slots.find(SlotId{5, 2}), &slot);
  EXPECT_EQ(slot.phase, SlotPhase::kFresh);
  EXPECT_EQ(slots.used(), 1u);
}

TEST(Slots, DoesNotFindStaleOrStrangeNames) {
  Slots slots;
  Slot& slot = slots.add(id(5, 2), SocketKind::kUdp);
  EXPECT_EQ(slots.find(SlotId{5, 1}), nullptr);
  EXPECT_EQ(slots.find(SlotId{4, 2}), nullptr);
  EXPECT_EQ(slots.find(SlotId{0xffffffff, 2}), nullptr);
  slots.remove(slot);
  EXPECT_EQ(slots.find(SlotId{5, 2}), nullptr);
  EXPECT_EQ(slots.used(), 0u);
}

TEST(Slots, ThoseWithoutASocketOfTheCoreAreBehindTheOthers) {
  Slots slots;
  Slot& core = slots.add(id(5, 2), SocketKind::kUdp);
  Slot* own = slots.add_own(SocketKind::kRaw);
  ASSERT_NE(own, nullptr);
  EXPECT_EQ(own->phase, SlotPhase::kNetlink);
  EXPECT_EQ(Slots::own_index(*own), 0u);
  EXPECT_EQ(slots.find(own->name()), own);
  size_t n = 0;
  EXPECT_EQ(slots.next(n), &core);
  EXPECT_EQ(slots.next(n), own);
  EXPECT_EQ(slots.next(n), nullptr);
  n = Slots::kFirstOwn;
  EXPECT_EQ(slots.next(n), own);
  slots.enqueue(*own);
  EXPECT_EQ(slots.dequeue(), own);
}

TEST(Slots, AFreedPlaceWithoutASocketOfTheCoreGetsAnotherName) {
  Slots slots;
  Slot& first = *slots.add_own(SocketKind::kRaw);
  const SlotId name = first.name();
  slots.remove(first);
  EXPECT_EQ(slots.find(name), nullptr);
  EXPECT_EQ(slots.add_own(SocketKind::kRaw), &first);
  EXPECT_NE(first.name(), name);
}

TEST(Slots, ThoseWithoutASocketOfTheCoreAreSoMany) {
  Slots slots;
  for (size_t i = 0; i < Slots::kOwn; ++i) EXPECT_NE(slots.add_own(SocketKind::kRaw), nullptr);
  EXPECT_EQ(slots.add_own(SocketKind::kRaw), nullptr);
}

TEST(Slots, AReusedPlaceIsBlank) {
  Slots slots;
  Slot& first = slots.add(id(3, 1), SocketKind::kTcp);
  first.moved_bytes = 77;
  first.is_closing = true;
  slots.remove(first);
  const Slot& second = slots.add(id(3, 2), SocketKind::kTcp);
  EXPECT_EQ(second.moved_bytes, 0u);
  EXPECT_FALSE(second.is_closing);
}

TEST(Slots, QueueIsFirstInFirstOutAndHoldsEachOnce) {
  Slots slots;
  Slot& a = slots.add(id(0, 1), SocketKind::kTcp);
  Slot& b = slots.add(id(1, 1), SocketKind::kTcp);
  slots.enqueue(b);
  slots.enqueue(a);
  slots.enqueue(b);
  EXPECT_EQ(slots.queued(), 2u);
  EXPECT_EQ(slots.dequeue(), &b);
  EXPECT_EQ(slots.dequeue(), &a);
  EXPECT_EQ(slots.dequeue(), nullptr);
}

TEST(Slots, QueueSurvivesTheReuseOfAQueuedPlace) {
  Slots slots;
  Slot& a = slots.add(id(0, 1), SocketKind::kTcp);
  Slot& b = slots.add(id(1, 1), SocketKind::kTcp);
  slots.enqueue(a);
  slots.enqueue(b);
  slots.remove(a);
  Slot& reused = slots.add(id(0, 2), SocketKind::kTcp);
  slots.enqueue(reused);
  EXPECT_EQ(slots.dequeue(), &reused);
  EXPECT_EQ(slots.dequeue(), &b);
  EXPECT_EQ(slots.dequeue(), nullptr);
  EXPECT_EQ(slots.queued(), 0u);
}

TEST(Slots, QueueSkipsWhatWasRemoved) {
  Slots slots;
  Slot& a = slots.add(id(0, 1), SocketKind::kTcp);
  slots.enqueue(a);
  slots.remove(a);
  EXPECT_EQ(slots.dequeue(), nullptr);
}

TEST(Slots, NextWalksThroughAllInUse) {
  Slots slots;
  slots.add(id(2, 1), SocketKind::kTcp);
  Slot& gone = slots.add(id(4, 1), SocketKind::kTcp);
  slots.add(id(7, 1), SocketKind::kTcp);
  slots.remove(gone);
  size_t n = 0;
  EXPECT_EQ(slots.next(n)->id.index, 2u);
  EXPECT_EQ(slots.next(n)->id.index, 7u);
  EXPECT_EQ(slots.next(n), nullptr);
}

}  // namespace
}  // namespace tapstack::shim
