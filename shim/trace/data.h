// What is sent and received: bytes, vectors, messages with their control messages. For traced()
// (call.h).
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include "shim/trace/call.h"

namespace tapstack::shim::trace {

// Whether the program gives the bytes, or the call as many as its result says.
enum class Way : uint8_t { kSent, kReceived };

struct Data {
  Way way;
  const void* bytes;
  size_t count;
  void append(Line& line, const Outcome& outcome) const;
};

struct Parts {
  Way way;
  const iovec* parts;
  size_t count;
  void append(Line& line, const Outcome& outcome) const;
};

// "{10.10.10.1:53, ["text"], [IP_TTL, IP_PKTINFO], MSG_TRUNC}": address, parts, kinds of control
// messages where there are some, and flags where the call sets some.
struct Message {
  Way way;
  const msghdr* message;
  void append(Line& line, const Outcome& outcome) const;
};

// Of sendmmsg and recvmmsg: those that were sent or received, each with its bytes behind it.
struct Messages {
  Way way;
  const mmsghdr* messages;
  size_t count;
  void append(Line& line, const Outcome& outcome) const;
};

}  // namespace tapstack::shim::trace
