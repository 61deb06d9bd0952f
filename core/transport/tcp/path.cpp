#include "transport/tcp/path.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kMssMax = 0xffff;

// Text and options that a packet of `mtu_bytes` holds: without the fixed headers (RFC 9293 3.7.1,
// MUST-67, RFC 6691 2, RFC 8200 8.3).
uint16_t mss_for(uint32_t mtu_bytes, bool ip6, uint16_t limit_bytes) {
  const uint32_t headers = (ip6 ? 40u : 20u) + 20u;
  uint32_t mss = mtu_bytes > headers ? std::min(mtu_bytes - headers, kMssMax) : 0;
  if (limit_bytes != 0) mss = std::min<uint32_t>(mss, limit_bytes);
  return static_cast<uint16_t>(std::max<uint32_t>(mss, kConfig.tcp_mss_min_bytes));
}

// As far as peer, path and program have said.
uint16_t known_mss(const Connection& c) {
  const uint16_t path =
      mss_for(c.route.mtu_bytes, c.route.source.is_ip6(), c.settings.max_segment_bytes);
  return std::min(path, c.agreed.peer_mss_bytes);
}

}  // namespace

// RFC 9293 3.7.3, SHLD-6: of the interface that the peer is reached by; an interface has one MTU.
uint16_t advertised_mss(const net::Route& route, uint16_t limit_bytes) {
  return mss_for(route.interface_mtu_bytes, route.source.is_ip6(), limit_bytes);
}

// RFC 9293 3.7.1, MUST-16; what options take is left out by text_mss() and limits_of().
void update_mss(Connection& c) {
  c.send_mss_bytes = std::min(known_mss(c), c.black_hole.mss_max_bytes());
  c.congestion.on_mss_change(text_mss(c));
}

uint16_t size_to_probe(const Connection& c, Instant now) {
  return c.black_hole.is_found() ? c.black_hole.probe_mss_bytes(known_mss(c), now) : 0;
}

bool refresh_route(Connection& c, const net::Network& network, Instant now) {
  const auto route = network.route(c.flow.remote.address, c.flow.local.address, c.bound, now);
  if (!route) {
    c.soft_error = Error::kNetworkUnreachable;
    return false;
  }
  c.route = *route;
  const uint16_t before = c.send_mss_bytes;
  update_mss(c);
  return c.send_mss_bytes < before;
}

}  // namespace tapstack::transport::tcp
