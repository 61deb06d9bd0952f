// From a complete IP packet to frames in an interface's queue: neighbour, fragments, link header.
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// Sends an IP packet whose info names interface, next_hop, source, destination, protocol and
// ip_header_bytes. Waits in the neighbour cache while next_hop is unknown: whole, so that a queue
// of few packets holds a datagram of many fragments. Larger than the path takes: fragmented, or
// refused if DF is set. Errors: kMessageTooLong, kNoBuffers, kNetworkDown, kNoDevice.
Status transmit(Context& ctx, Parts& parts, mem::PacketPtr packet);

// Sends those that waited for a neighbour; failures are counted.
void transmit_all(Context& ctx, Parts& parts, mem::PacketQueue packets);

}  // namespace tapstack::net
