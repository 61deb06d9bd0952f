// How a hook reaches the engine.
#pragma once

#include "shim/common/protocol.h"

namespace tapstack::shim {

class Carrier {
 public:
  virtual ~Carrier() = default;
  // Carries one request; fills `reply` (reply.error is the answer's errno). `fd_out` >= 0 is a
  // descriptor that came with the reply, now owned by the caller (CLOEXEC), else -1. Any thread;
  // never blocks for longer than the engine needs; signal handlers of the program do not run
  // meanwhile.
  virtual void call(const Request& request, Reply& reply, int& fd_out) = 0;
};

}  // namespace tapstack::shim
