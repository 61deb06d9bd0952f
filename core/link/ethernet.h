// Ethernet II as a link layer (RFC 894): which frames are for us, and headers for what we send.
#pragma once

#include "link/context.h"
#include "link/interface_table.h"

namespace tapstack::link {

enum class Payload : uint8_t { kNone, kIp4, kIp6, kArp };

// Checks a frame that came in on `interface`, fills info.interface and info.link_*, and takes the
// header off; offload positions then count from the IP header. kNone: not for us or not understood,
// counted; the caller drops it.
Payload ethernet_input(Context& ctx, Interface& interface, mem::Packet& frame);

// Puts the header in front of a packet and queues the frame for the device of `interface`. Errors:
// kNoDevice, kNetworkDown, kNoBuffers (queue full, no room for the header).
Status ethernet_output(Context& ctx, InterfaceTable& interfaces, InterfaceId interface,
                       mem::PacketPtr packet, const MacAddress& destination, Payload payload);

// Where packets to a group go: RFC 1112 6.4 for IPv4, RFC 2464 7 for IPv6; all else to the
// broadcast.
MacAddress group_mac(const IpAddress& group);

}  // namespace tapstack::link
