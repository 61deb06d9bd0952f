// Where a datagram lands whose packet's options stand between the engine's header and the payload,
// before the payload goes on to the program's buffers: how long they are shows only afterwards.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstdint>
#include <span>

#include "shim/common/protocol.h"

namespace tapstack::shim {

// For the length of one call; takes memory of the kernel's for it.
class Landing {
 public:
  // Empty unless `is_wanted`: the program's buffers take the payload themselves.
  explicit Landing(bool is_wanted);
  ~Landing();
  Landing(const Landing&) = delete;
  Landing& operator=(const Landing&) = delete;

  bool is_used() const { return area_ != nullptr; }
  iovec part() const { return {area_, is_used() ? kBytes : 0}; }
  // Of a message with `bytes` behind the header; none when it did not land here.
  std::span<const uint8_t> options(const DatagramHeader& header, size_t bytes) const;
  // Copies its payload into the parts of `message`, whose MSG_TRUNC it sets, and returns how much
  // of it there is, or with MSG_TRUNC in `flags` was.
  ssize_t spread(const DatagramHeader& header, size_t bytes, int flags, msghdr& message) const;

 private:
  static constexpr size_t kBytes = 128 * 1024;  // the largest datagram and all its options

  uint8_t* area_ = nullptr;
};

}  // namespace tapstack::shim
