// ICMP errors and local errors that a program may fetch (IP_RECVERR, recvmsg(MSG_ERRQUEUE)). Each
// is kept in a packet of the pool, so an endpoint without errors costs a few bytes.
#pragma once

#include "link/context.h"
#include "net/network.h"
#include "transport/datagram.h"

namespace tapstack::transport {

// A stored value; whoever owns it must clear() it. Holds kConfig.error_queue_max at most; later
// ones are dropped, as Linux does.
class ErrorQueue {
 public:
  void push(const Context& ctx, const QueuedError& error);
  // The oldest; kWouldBlock when there is none.
  Result<QueuedError> pop(mem::PacketMemory& memory);
  // The error of the oldest if a message brought it; kNone otherwise.
  Error front_reported(const mem::PacketMemory& memory) const;
  void clear(mem::PacketMemory& memory) { memory.clear(packets_); }
  bool is_empty() const { return packets_.count == 0; }

 private:
  mem::PacketQueue packets_;
};

// `error` as a program gets to see it. `payload_offset` says where, in what was quoted behind the
// IP header, the program's own data begins; `port` is the quoted destination port (0 without
// ports).
QueuedError queued_error_from(const net::IcmpError& error, uint8_t payload_offset, Port port,
                              Instant now);

}  // namespace tapstack::transport
