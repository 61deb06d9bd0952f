// The stack's sockets one after the other, asked of the engine a page at a time.
#pragma once

#include "shim/hooks/ask.h"

namespace tapstack::shim::proc {

class Sockets {
 public:
  explicit Sockets(SocketKind kind) : kind_(kind) {}

  // False: there is no more, or error() says why it cannot be told.
  bool next(SocketRecord& out);
  int error() const { return error_; }

 private:
  SocketKind kind_;
  int64_t position_ = 0;  // -1: the page is the last
  size_t at_ = 0, end_ = 0;
  int error_ = 0;
  Reply page_;
};

}  // namespace tapstack::shim::proc
