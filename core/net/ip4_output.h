// IPv4 headers of what we send (RFC 791, RFC 1122 3.2.1, RFC 6864).
#pragma once

#include <span>

#include "net/parts.h"
#include "net/route.h"
#include "wire/ip4.h"

namespace tapstack::net {

struct Ip4HeaderWishes {
  bool dont_fragment = false;
  const PacketOptions* options = nullptr;
};

// Writes the header of a packet whose info is filled in into its first bytes, `header`.
void emit_ip4_header(const Context& ctx, Parts& parts, const mem::Packet& packet,
                     std::span<uint8_t> header, const Ip4HeaderWishes& wishes);

// IP_HDRINCL: the packet begins with a header of the sender's. Length and checksum are always ours,
// identification and source where they are 0, as on Linux (raw(7)). Errors: kInvalid,
// kMessageTooLong, kNoBuffers, and see transmit().
Status ip4_output_with_header(Context& ctx, Parts& parts, mem::PacketPtr packet,
                              const Route& route);

}  // namespace tapstack::net
