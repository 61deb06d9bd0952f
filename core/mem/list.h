// Doubly linked lists of pool objects by index. The links are members of the objects, so an object
// costs nothing more to be in a list and leaves it in constant time.
#pragma once

#include <cstdint>

#include "mem/handle.h"
#include "util/assert.h"

namespace tapstack::mem {

// A member of whatever is to be in a list: one for each list it can be in at the same time.
struct ListLinks {
  Index prev = kNoIndex;
  Index next = kNoIndex;
};

// Finds the links of object `index` of a pool; for use during one call, never stored.
//   list.push_back(index, links_in(pool, &Socket::accept_links));
template <class PoolType, class T>
auto links_in(PoolType& pool, ListLinks T::*member) {
  return [&pool, member](Index index) -> ListLinks& { return pool.at(index).*member; };
}

// A stored value: ends and length. An object must be in the list that it is removed from, and in
// none when it is added. `links` maps an index to its ListLinks&.
class List {
 public:
  bool is_empty() const { return head_ == kNoIndex; }
  uint32_t size() const { return size_; }
  Index front() const { return head_; }  // kNoIndex when empty
  Index back() const { return tail_; }

  template <class Links>
  void push_back(Index index, Links links) {
    links(index) = {tail_, kNoIndex};
    (tail_ == kNoIndex ? head_ : links(tail_).next) = index;
    tail_ = index;
    ++size_;
  }
  template <class Links>
  void push_front(Index index, Links links) {
    links(index) = {kNoIndex, head_};
    (head_ == kNoIndex ? tail_ : links(head_).prev) = index;
    head_ = index;
    ++size_;
  }
  template <class Links>
  void remove(Index index, Links links) {
    TAPSTACK_ASSERT(size_ > 0);
    const ListLinks at = links(index);
    (at.prev == kNoIndex ? head_ : links(at.prev).next) = at.next;
    (at.next == kNoIndex ? tail_ : links(at.next).prev) = at.prev;
    links(index) = {};
    --size_;
  }
  // kNoIndex when empty.
  template <class Links>
  Index pop_front(Links links) {
    const Index index = head_;
    if (index != kNoIndex) remove(index, links);
    return index;
  }

 private:
  Index head_ = kNoIndex;
  Index tail_ = kNoIndex;
  uint32_t size_ = 0;
};

}  // namespace tapstack::mem
