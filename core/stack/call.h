// What a call of the interface works on.
#pragma once

#include "socket/calls.h"
#include "stack/stack.h"

namespace tapstack {

// Lives for the length of one call, as a Context does.
class Call {
 public:
  Call(Stack& stack, Instant now) : ctx_(stack.context(now)), env_(stack.environment(ctx_)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  operator socket::Environment() const { return env_; }

 private:
  Context ctx_;
  socket::Environment env_;
};

}  // namespace tapstack
