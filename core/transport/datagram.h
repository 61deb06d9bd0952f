// What goes with a datagram besides its bytes, and errors that ICMP reports about datagrams.
#pragma once

#include <cstdint>
#include <span>

#include "net/packet_options.h"
#include "util/address.h"
#include "util/result.h"
#include "util/time.h"

namespace tapstack {

// What comes with a datagram, or is wanted for one to send.
struct DatagramInfo {
  Endpoint peer;    // receive: from; send: to (family none: the connected peer)
  IpAddress local;  // receive: destination address of the packet; send: source wanted, or none
  InterfaceId interface;  // receive: where it came in; send: where it must go out, 0 any
  uint8_t ttl = 0;        // receive: of the packet; send: 0 for the socket's
  uint8_t tos = 0;
  uint32_t flow_label = 0;  // IPv6, 20 bits; send: with Option::kIp6FlowInfoSend
  bool dont_route = false;  // send: only to neighbours on link (MSG_DONTROUTE)
  bool more = false;        // send: UDP: held back for what follows (MSG_MORE)
  // send: from 0.0.0.0, as a host does that asks for its address (RFC 2131 4.1), whatever addresses
  // there are; to 255.255.255.255 by `interface` only
  bool from_unspecified = false;
  // send: instead of what is set for all; null: that. Read during the call only.
  const net::PacketOptions* options = nullptr;
  // receive: where the options of the packet's header go, if they are wanted: those of IPv4, or the
  // extension headers of IPv6, of which the first is a `first_header`. As much of them as fits.
  std::span<uint8_t> options_room;
  uint16_t option_bytes = 0;  // receive: how much was put there
  uint8_t first_header = 0;
  uint32_t full_bytes = 0;  // receive: length of the datagram before truncation
  Instant received_at;      // receive: when it came in, on the embedder's clock
  // send: UDP: length of the text that it is a segment of (UDP_SEGMENT), which must fit a datagram,
  // and the segment a packet; 0: it is none
  uint32_t segmented_bytes = 0;
};

// An ICMP error kept for recvmsg(MSG_ERRQUEUE), or a local one (EMSGSIZE).
struct QueuedError {
  Error error = Error::kNone;
  uint8_t type = 0, code = 0;  // of the ICMP message
  uint8_t hop_limit = 0;       // of it, when it came in
  bool is_local = false;       // SO_EE_ORIGIN_LOCAL: found here, no message came
  uint32_t info = 0;           // MTU with kMessageTooLong
  IpAddress reporter;          // who sent the message
  Endpoint destination;        // of the datagram that caused it
  Instant received_at;
  uint8_t payload[64] = {};  // the quoted data behind the transport header
  uint8_t payload_bytes = 0;
};

}  // namespace tapstack
