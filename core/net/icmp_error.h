// An ICMP error about one of our packets, as the transports are told of it.
#pragma once

#include <cstdint>

#include "util/address.h"
#include "util/result.h"

namespace tapstack::net {

// A received ICMP error. Its quoted header has been checked as far as IP goes; ports and sequence
// numbers are for the transport to verify (RFC 5927). When a neighbour does not answer we report
// Host Unreachable to ourselves over loopback: `reporter` is then one of our own addresses.
struct IcmpError {
  IpAddress reporter;     // who sent the ICMP message
  IpAddress source;       // of the quoted packet: one of our addresses
  IpAddress destination;  // of the quoted packet
  InterfaceId interface;  // where the message came in
  uint8_t protocol = 0;   // of the quoted packet
  uint8_t type = 0;       // ICMPv4 or ICMPv6 by family of `reporter`
  uint8_t code = 0;
  uint8_t hop_limit = 0;  // of the message, when it came in
  bool is_local = false;  // `reporter` is ourselves
  bool is_hard = false;   // RFC 1122 4.2.3.9: hard errors may end a connection, soft ones not
  // Fragmentation needed: the path MTU that is now believed; about a segment of TCP, the one that
  // is claimed: Network::lower_path_mtu() is TCP's to call.
  uint32_t mtu_bytes = 0;
  Error error = Error::kNone;  // what sockets are told (ECONNREFUSED, EHOSTUNREACH, ...)
  uint8_t quoted[64] = {};     // transport header and payload as far as quoted
  uint8_t quoted_bytes = 0;
};

// What an ICMP error means to sockets; error kNone: nothing.
struct ErrorMeaning {
  Error error = Error::kNone;
  bool is_hard = false;
};

}  // namespace tapstack::net
