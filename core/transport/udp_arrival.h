// What a received header of UDP (RFC 768) or UDP-Lite (RFC 3828) says, once it is found good.
#pragma once

#include <cstdint>

#include "link/context.h"
#include "mem/packet.h"
#include "transport/datagram_endpoint.h"
#include "transport/demux.h"
#include "util/drop_reason.h"
#include "util/mib.h"

namespace tapstack::transport {

struct UdpArrival {
  Flow flow;
  uint8_t protocol = 0;
  // UDP over IPv6, where it must have one: RFC 6935 5, RFC 6936 4. Who takes it nevertheless is for
  // the socket to say.
  bool lacks_checksum = false;
  uint16_t covered_bytes = 0;  // UDP-Lite: of header and data, if not all; 0: all

  // Whether it is for `endpoint`, as far as the checksum says.
  bool is_covered_for(const DatagramEndpoint& endpoint) const {
    if (covered_bytes != 0 && !endpoint.settings.coverage.takes_part(covered_bytes)) return false;
    return !lacks_checksum || endpoint.settings.ip6.no_checksum_taken;
  }
};

// Why a datagram is dropped, and how that is counted.
struct UdpRefusal {
  DropReason reason;
  Mib mib4;
  Mib mib6;
};

inline constexpr UdpRefusal kUdpUncovered{DropReason::kUdpBadChecksum, Mib::kUdpInCsumErrors,
                                          Mib::kUdp6InCsumErrors};

// Reads the header behind info.ip_header_bytes, writes the ports into packet.info and leaves the
// packet as long as its UDP length says. False: it is not good, for `refusal`.
bool read_arrival(const Context& ctx, mem::Packet& packet, UdpArrival& arrival,
                  UdpRefusal& refusal);

}  // namespace tapstack::transport
