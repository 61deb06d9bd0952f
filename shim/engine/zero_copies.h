// MSG_ZEROCOPY: sends whose buffer the program may use again. What is sent is copied, so all of
// them are done when the call returns, as on a kernel whose device takes no scattered frames.
#pragma once

#include <cstdint>

namespace tapstack::shim {

// Sends count from 0, modulo 2^32; what is done is told in ranges that grow until they are fetched
// (skb_zerocopy_notify_extend).
class ZeroCopies {
 public:
  void add() { ++done_; }
  bool is_empty() const { return told_ == done_; }
  // The range from `first` to `last`, which is told by that. False when there is none.
  bool take(uint32_t& first, uint32_t& last) {
    if (is_empty()) return false;
    first = told_;
    last = done_ - 1;
    told_ = done_;
    return true;
  }

 private:
  uint32_t told_ = 0, done_ = 0;
};

}  // namespace tapstack::shim
