// Doubly linked lists of pooled objects that lie in the objects themselves, by index.
#pragma once

#include <cstdint>

#include "mem/handle.h"
#include "util/assert.h"

namespace tapstack::transport::tcp {

// Part of an object for each list it can be in.
struct ListLink {
  mem::Index prev = mem::kNoIndex;
  mem::Index next = mem::kNoIndex;
  bool is_linked = false;
};

struct IndexList {
  mem::Index head = mem::kNoIndex;
  mem::Index tail = mem::kNoIndex;
  uint32_t count = 0;
  bool is_empty() const { return count == 0; }
};

// `Member` names the link, for example &Connection::output_link. The object must not be in the
// list.
template <auto Member, class Pool>
void push_back(Pool& pool, IndexList& list, mem::Index index) {
  ListLink& link = pool.at(index).*Member;
  TAPSTACK_ASSERT(!link.is_linked);
  link = {list.tail, mem::kNoIndex, true};
  if (list.tail == mem::kNoIndex) {
    list.head = index;
  } else {
    (pool.at(list.tail).*Member).next = index;
  }
  list.tail = index;
  ++list.count;
}

template <auto Member, class Pool>
void push_front(Pool& pool, IndexList& list, mem::Index index) {
  ListLink& link = pool.at(index).*Member;
  TAPSTACK_ASSERT(!link.is_linked);
  link = {mem::kNoIndex, list.head, true};
  if (list.head == mem::kNoIndex) {
    list.tail = index;
  } else {
    (pool.at(list.head).*Member).prev = index;
  }
  list.head = index;
  ++list.count;
}

// Behind `after`, which is in the list.
template <auto Member, class Pool>
void insert_after(Pool& pool, IndexList& list, mem::Index after, mem::Index index) {
  if (after == list.tail) {
    push_back<Member>(pool, list, index);
    return;
  }
  ListLink& before = pool.at(after).*Member;
  ListLink& link = pool.at(index).*Member;
  TAPSTACK_ASSERT(before.is_linked && !link.is_linked);
  link = {after, before.next, true};
  (pool.at(before.next).*Member).prev = index;
  before.next = index;
  ++list.count;
}

// No effect when the object is not in the list.
template <auto Member, class Pool>
void remove(Pool& pool, IndexList& list, mem::Index index) {
  ListLink& link = pool.at(index).*Member;
  if (!link.is_linked) return;
  if (link.prev == mem::kNoIndex) {
    list.head = link.next;
  } else {
    (pool.at(link.prev).*Member).next = link.next;
  }
  if (link.next == mem::kNoIndex) {
    list.tail = link.prev;
  } else {
    (pool.at(link.next).*Member).prev = link.prev;
  }
  link = ListLink{};
  --list.count;
}

// The oldest, taken out; kNoIndex when the list is empty.
template <auto Member, class Pool>
mem::Index pop_front(Pool& pool, IndexList& list) {
  const mem::Index index = list.head;
  if (index != mem::kNoIndex) remove<Member>(pool, list, index);
  return index;
}

}  // namespace tapstack::transport::tcp
