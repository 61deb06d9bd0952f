#include "transport/tcp/options.h"

#include <algorithm>

namespace tapstack::transport::tcp {

Negotiated negotiate(const wire::TcpOptions& syn, uint8_t our_shift) {
  Negotiated n;
  if (syn.mss) n.peer_mss_bytes = std::max(*syn.mss, kConfig.tcp_mss_min_bytes);
  n.timestamps = syn.timestamps.has_value();
  n.sack = syn.sack_permitted;
  if (syn.window_scale) {
    n.window_scaling = true;
    n.send_shift = std::min<uint8_t>(*syn.window_scale, 14);  // RFC 7323 2.3
    n.receive_shift = our_shift;
  }
  return n;
}

wire::TcpOptions syn_options(uint16_t mss_bytes, uint8_t shift, wire::TcpTimestamps timestamps) {
  wire::TcpOptions o;
  o.mss = mss_bytes;
  o.sack_permitted = true;
  o.timestamps = timestamps;
  o.window_scale = shift;
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
