// What the path allows: route, maximum segment sizes.
#pragma once

#include "net/network.h"
#include "transport/tcp/connection.h"
#include "transport/tcp/segment_builder.h"

namespace tapstack::transport::tcp {

// MSS option for SYNs that go out by `route`: RFC 9293 3.7.1 and RFC 6691, MTU less fixed headers.
// `limit_bytes`: TCP_MAXSEG, 0 none.
uint16_t advertised_mss(const net::Route& route, uint16_t limit_bytes);
// Computes the connection's send MSS anew: RFC 9293 3.7.1, the least of what the peer takes, what
// the path carries and what the program wants; less where packets vanish.
void update_mss(Connection& c);
// The size of a segment, as update_mss() counts it, that is to be tried now because one of the
// path's own may have been lost by chance, or the path may carry more than is known; 0 for none.
uint16_t size_to_probe(const Connection& c, Instant now);
// Looks the route up again. True when segments have become smaller. Without a route the old one
// stays: retransmissions will try again, and the reason is kept for the time-out.
bool refresh_route(Connection& c, const net::Network& network, Instant now);

// A socket of both families has settings of each (RFC 9293 3.9.2, MUST-49, SHLD-21).
inline IpSettings ip_settings(const Settings& s, const net::Route& route) {
  if (route.source.is_ip6())
    return {s.ip6_hop_limit, s.ip6_traffic_class, true, s.ip6_auto_flow_label};
  return {s.ttl, s.tos, discovers_path_mtu(s.mtu_discover)};
}

}  // namespace tapstack::transport::tcp
