// IPv6 headers of what we send (RFC 8200 3, RFC 6437).
#pragma once

#include <span>

#include "net/parts.h"
#include "net/route.h"
#include "wire/ip6.h"

namespace tapstack::net {

// Writes the header of a packet whose info is filled in into its first bytes, `header`, with the
// extension headers of `options`, which may be null.
void emit_ip6_header(const mem::Packet& packet, std::span<uint8_t> header, uint32_t flow_label,
                     const PacketOptions* options);

// The flow label of a packet that begins with its transport header: what the sender asked for, else
// a keyed hash of its flow, never 0 (RFC 6437 3): addresses, protocol and, of TCP and UDP, ports.
uint32_t flow_label_for(Context& ctx, const Parts& parts, const mem::Packet& packet,
                        const Route& route, const SendParams& params);

// IPV6_HDRINCL: the packet begins with a header of the sender's, which stays as it is, as on Linux.
// Errors: kInvalid (no IPv6 header), kMessageTooLong, kNoBuffers, and see transmit().
Status ip6_output_with_header(Context& ctx, Parts& parts, mem::PacketPtr packet,
                              const Route& route);

}  // namespace tapstack::net
