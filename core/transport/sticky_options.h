// The packet options that all datagrams of one endpoint go out with (IP_OPTIONS, RFC 3542 4's
// sticky options). Kept in a packet of the pool, so an endpoint without any costs an index.
#pragma once

#include <span>

#include "link/context.h"
#include "mem/packet_memory.h"
#include "net/packet_options.h"

namespace tapstack::transport {

// A stored value; whoever owns it must clear() it.
class StickyOptions {
 public:
  // Replaces one of them. Errors of PacketOptions::set(), and kNoBuffers without memory.
  Status set(const Context& ctx, PacketHeader header, std::span<const uint8_t> bytes);
  // nullptr while none is set. Valid until the next set() or clear().
  const net::PacketOptions* get(const mem::PacketMemory& memory) const;
  void clear(mem::PacketMemory& memory);

 private:
  mem::Index packet_ = mem::kNoIndex;
};

}  // namespace tapstack::transport
