#include "transport/tcp/options.h"

#include <algorithm>

namespace tapstack::transport::tcp {

Negotiated negotiate(const wire::TcpOptions& syn, const Offer& ours, Family family) {
  Negotiated n;
  // RFC 9293 3.7.1, MUST-15: what a peer takes that does not say.
  if (family == Family::kIp6) n.peer_mss_bytes = kConfig.tcp_mss_default_ip6_bytes;
  if (syn.mss) n.peer_mss_bytes = std::max(*syn.mss, kConfig.tcp_mss_min_bytes);
  n.timestamps = ours.timestamps && syn.timestamps.has_value();
  n.sack = ours.sack && syn.sack_permitted;
  if (ours.window_scaling && syn.window_scale) {
    n.window_scaling = true;
    n.send_shift = std::min<uint8_t>(*syn.window_scale, 14);  // RFC 7323 2.3
    n.receive_shift = ours.shift;
  }
  return n;
}

// RFC 9293 3.7.1: every SYN and SYN-ACK says which MSS we take (MUST-14, SHLD-5, MAY-3); no other
// segment does (3.2, MUST-65).
wire::TcpOptions syn_options(uint16_t mss_bytes, const Offer& ours,
                             wire::TcpTimestamps timestamps) {
  wire::TcpOptions o;
  o.mss = mss_bytes;
  o.sack_permitted = ours.sack;
  if (ours.timestamps) o.timestamps = timestamps;
  if (ours.window_scaling) o.window_scale = ours.shift;
  return o;
}

wire::TcpOptions syn_ack_options(uint16_t mss_bytes, const Negotiated& agreed,
                                 wire::TcpTimestamps timestamps) {
  wire::TcpOptions o;
  o.mss = mss_bytes;
  o.sack_permitted = agreed.sack;
  if (agreed.timestamps) o.timestamps = timestamps;
  if (agreed.window_scaling) o.window_scale = agreed.receive_shift;
  return o;
}

}  // namespace tapstack::transport::tcp
