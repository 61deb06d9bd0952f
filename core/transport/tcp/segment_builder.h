// The one place that builds segments and hands them to the network layer.
#pragma once

#include <cstdint>

#include "link/context.h"
#include "net/network.h"
#include "transport/demux.h"
#include "transport/tcp/seq.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"

namespace tapstack::transport::tcp {

// A segment to send, or with `segment_bytes` several of them in one superframe, which the device
// cuts.
struct Outgoing {
  Flow flow;
  SeqNumber seq;
  SeqNumber ack;  // if flags has ACK
  wire::TcpFlags flags;
  uint16_t wnd = 0;             // as it goes into the field: scaled
  uint16_t urgent = 0;          // if flags has URG
  bool is_ecn_capable = false;  // ECT(0) in the IP header
  uint16_t segment_bytes = 0;   // text bytes a segment; 0: it is one segment
  wire::TcpOptions options;
  mem::Chain text;
};

// As they are on the wire.
inline uint32_t segments_of(const Outgoing& out) {
  return out.segment_bytes == 0 ? 1 : segments_of(out.text.length, out.segment_bytes);
}

// What the IP header needs to know beside the route.
struct IpSettings {
  uint8_t ttl = 0;
  uint8_t tos = 0;
  bool dont_fragment = true;
  bool auto_flow_label = true;  // IPv6: RFC 6437 3
};

// Errors of Network::send(); kNoBuffers when no packet is free. Consumes out.text in every case.
Status transmit(Context& ctx, net::Network& network, Outgoing& out, const net::Route& route,
                const IpSettings& ip);

}  // namespace tapstack::transport::tcp
