// The network layer as the transports see it: where a packet goes, and sending it there.
#pragma once

#include "link/context.h"
#include "mem/packet_memory.h"
#include "util/address.h"
#include "util/result.h"

namespace tapstack::net {

// Where packets to a destination go.
struct Route {
  InterfaceId interface;
  IpAddress source;      // the address that source selection chose (or the one asked for)
  IpAddress next_hop;    // the destination itself when on link
  uint32_t mtu_bytes = 0;  // of the path: min(interface MTU, path MTU cache); largest IP packet
  uint32_t interface_mtu_bytes = 0;
  bool is_local = false;       // one of our own addresses or loopback: goes over interface 1
  bool is_broadcast = false;
  bool is_multicast = false;
  bool can_segment = false;    // the device takes TCP superframes (TSO)
  bool can_checksum = false;   // the device completes checksums
};

// What the transport decides about the IP header.
struct SendParams {
  uint8_t protocol = 0;
  uint8_t ttl = 0;             // 0: kConfig.ip_ttl_default
  uint8_t tos = 0;
  bool dont_fragment = false;  // true: too large is Error::kMessageTooLong, never fragmented
  bool header_included = false;  // raw sockets, IP_HDRINCL
};

// A received ICMP error as the transports are told of it: its quoted header has been checked as far as
// IP goes; ports and sequence numbers are for the transport to verify (RFC 5927).
struct IcmpError {
  IpAddress reporter;        // who sent the ICMP message
  IpAddress source;          // of the quoted packet: one of our addresses
  IpAddress destination;     // of the quoted packet
  InterfaceId interface;
  uint8_t protocol = 0;
  uint8_t type = 0;          // ICMPv4 or ICMPv6 by family of `reporter`
  uint8_t code = 0;
  uint32_t mtu_bytes = 0;    // fragmentation needed / packet too big
  Error error = Error::kNone;  // what sockets are told (ECONNREFUSED, EHOSTUNREACH, ...)
  bool is_hard = false;      // RFC 1122 4.2.3.9: hard errors may end a connection, soft ones not
  uint8_t quoted[64] = {};   // transport header and payload as far as quoted
  uint8_t quoted_bytes = 0;
};

}  // namespace tapstack::net
