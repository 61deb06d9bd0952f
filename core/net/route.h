// Where packets to a destination go, and what the sender of one decides about its IP header.
#pragma once

#include <cstdint>

#include "net/packet_options.h"
#include "util/address.h"

namespace tapstack::net {

// Where packets to a destination go.
struct Route {
  InterfaceId interface;
  IpAddress destination;   // as asked for
  IpAddress source;        // the address that source selection chose (or the one asked for)
  IpAddress next_hop;      // the destination itself when on link
  uint32_t mtu_bytes = 0;  // of the path: min(interface MTU, path MTU cache); largest IP packet
  uint32_t interface_mtu_bytes = 0;
  bool is_local = false;  // one of our own addresses or loopback: goes over interface 1
  bool is_broadcast = false;
  bool is_multicast = false;
  bool can_segment = false;   // the device takes TCP superframes (TSO)
  bool can_checksum = false;  // the device completes checksums
};

// What the transport decides about the IP header.
struct SendParams {
  uint8_t protocol = 0;
  uint8_t ttl = 0;              // hop limit; 0: kConfig.ip_ttl_default; multicast 1 (RFC 1112 6.1)
  uint8_t tos = 0;              // traffic class
  uint32_t flow_label = 0;      // of IPv6, 20 bits; 0: a hash of the flow (RFC 6437)
  bool auto_flow_label = true;  // such a hash is wanted; otherwise 0 is sent as it is
  bool dont_fragment = false;   // too large is Error::kMessageTooLong, never fragmented; DF is set
                                // where there is one
  bool discover_path_mtu = false;  // DF is set when the packet fits the path, else it is fragmented
                                   // without (what Linux calls IP_PMTUDISC_WANT)
  bool ignore_path_mtu = false;    // only the interface's MTU counts (IP_PMTUDISC_PROBE)
  bool loop_to_members = true;     // members of the group on this host get a copy (RFC 1112 6.1)
  bool stay_on_host = false;       // they alone: the program set a hop limit of 0
  bool header_included = false;    // raw sockets, IP_HDRINCL: the packet begins with an IP header
  const PacketOptions* options = nullptr;  // behind the IP header; read during the call only
};

}  // namespace tapstack::net
