// What UDP_CORK and MSG_MORE hold back: one datagram that sends are gathered to until it may go. It
// goes where the first of them says; it is kept in a packet of the pool with all that is known of
// it, so an endpoint that holds nothing back pays for an index.
#pragma once

#include <span>

#include "link/context.h"
#include "mem/packet_memory.h"
#include "net/packet_options.h"
#include "transport/datagram.h"
#include "util/result.h"

namespace tapstack::transport {

// A stored value; whoever owns it must clear() it.
class CorkedDatagram {
 public:
  bool is_pending() const { return packet_ != mem::kNoIndex; }
  // Begins an empty one for `to`, whose peer is known. Nothing is pending before. kNoBuffers
  // without memory.
  Status begin(const Context& ctx, const DatagramInfo& to);
  // Adds `parts` to what is pending. Errors, after which it is thrown away: kMessageTooLong (more
  // than `bytes_max` in all), kNoBuffers.
  Status append(const Context& ctx, std::span<const mem::ConstBytes> parts, size_t bytes_max);
  // Of what is pending.
  Family family(const mem::PacketMemory& memory) const;
  // Ends it: its payload, for the caller to send. `to` gets what begin() was given, but for
  // dont_route, which has been obeyed; its options lie in `options`.
  mem::PacketPtr take(mem::PacketMemory& memory, DatagramInfo& to, net::PacketOptions& options);
  void clear(mem::PacketMemory& memory);

 private:
  mem::Index packet_ = mem::kNoIndex;
  bool has_options_ = false;  // they lie in front of the payload
};

}  // namespace tapstack::transport
