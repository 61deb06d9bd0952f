// A received segment as RFC 9293 3.3.1 names its fields.
#pragma once

#include <cstdint>
#include <optional>

#include "link/context.h"
#include "transport/demux.h"
#include "transport/tcp/seq.h"
#include "wire/ip4.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"

namespace tapstack::transport::tcp {

namespace flag = wire::tcp_flag;

struct Segment {
  Flow flow;              // local: its destination
  InterfaceId interface;  // where it came in
  SeqNumber seq;          // SEG.SEQ
  SeqNumber ack;          // SEG.ACK, if has(kAck)
  uint8_t ttl = 255;      // of the IP header
  uint16_t wnd = 0;       // SEG.WND as sent: not scaled
  uint16_t urgent = 0;    // SEG.UP, if has(kUrg)
  wire::TcpFlags flags;
  wire::EcnCodepoint ecn = wire::EcnCodepoint::kNotEct;  // of the IP header
  uint32_t text_bytes = 0;
  wire::TcpOptions options;

  bool has(wire::TcpFlags f) const { return flags.has(f); }
  // SEG.LEN: text, SYN and FIN.
  uint32_t length() const {
    return text_bytes + (has(flag::kSyn) ? 1u : 0u) + (has(flag::kFin) ? 1u : 0u);
  }
  SeqNumber end() const { return seq + length(); }
  SeqNumber text_begin() const { return has(flag::kSyn) ? seq + 1 : seq; }
};

// Checks and reads the segment in `packet` (info.ip_header_bytes of IP header in front) and trims
// everything but its text. Returns why it must be dropped, if it must.
std::optional<DropReason> parse(Context& ctx, mem::Packet& packet, Segment& out);

}  // namespace tapstack::transport::tcp
