// How hooks show a call that is made on a descriptor (trace/call.h).
#pragma once

#include "shim/hooks/descriptors.h"
#include "shim/trace/call.h"

namespace tapstack::shim {

// Whether a descriptor is a socket of the stack, for certain.
struct Ours {
  int fd;
  bool operator()() const {
    Handle handle;
    return descriptors::verified(fd, handle);
  }
};

// trace::traced() of a call whose first argument is `fd`, shown if that is ours.
template <class Call, class... Arguments>
auto traced_on(const char* name, int fd, Call call, const Arguments&... arguments) {
  return trace::traced(name, Ours{fd}, call, fd, arguments...);
}

}  // namespace tapstack::shim
