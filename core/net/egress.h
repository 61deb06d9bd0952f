// From a complete IP packet to frames in an interface's queue: neighbour, fragments, link header.
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// In PacketInfo::flags of an IPv6 packet: it may be cut to fit its path (an IPv4 packet says so by
// a DF of 0).
inline constexpr uint16_t kMayFragment = 1;

// Sends an IP packet whose info names interface, next_hop, source, destination, protocol and
// ip_header_bytes. Waits in the neighbour cache while next_hop is unknown: whole, so that a queue
// of few packets holds a datagram of many fragments. Larger than the path takes: fragmented, or
// refused if it must stay whole. Errors: kMessageTooLong, kNoBuffers, kNetworkDown, kNoDevice.
Status transmit(Context& ctx, Parts& parts, mem::PacketPtr packet);

// Sends the question that the neighbour cache wants asked: ARP or neighbour discovery.
void solicit(Context& ctx, Parts& parts, const link::Solicitation& ask);

// Sends those that waited for a neighbour; failures are counted.
void transmit_all(Context& ctx, Parts& parts, mem::PacketQueue packets);

}  // namespace tapstack::net
