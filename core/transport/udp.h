// UDP (RFC 768, RFC 1122 4.1) and UDP-Lite (RFC 3828), with ports of its own: endpoints,
// demultiplexing, datagrams in and out.
#pragma once

#include <span>

#include "link/context.h"
#include "net/network.h"
#include "transport/datagram_endpoint.h"
#include "transport/endpoint_table.h"
#include "transport/ports.h"
#include "transport/udp_arrival.h"
#include "util/result.h"

namespace tapstack::transport {

// Largest payload of a datagram: 65,535 less 8 of UDP header, for IPv4 also less 20 of its own.
constexpr size_t udp_payload_max(Family family) { return family == Family::kIp6 ? 65'527 : 65'507; }

class Udp {
 public:
  // Whom a datagram is for.
  struct Addressee {
    const Flow& flow;
    uint8_t protocol;
    InterfaceId interface;  // where it came in
  };

  // Draws the secrets; once, before anything else.
  void start(Random& random);

  // --- for sockets ---
  // `protocol`: kUdp or kUdpLite. `owner` comes back from take_news(). kNoBuffers when the pool is
  // exhausted.
  Result<EndpointId> open(Family family, uint8_t protocol, mem::Index owner);
  void close(Context& ctx, EndpointId id);
  DatagramEndpoint* find(EndpointId id) { return table_.find(id); }
  const DatagramEndpoint* find(EndpointId id) const { return table_.find(id); }
  // Port 0 chooses one (RFC 6056). kInvalid (bound already), kAddressInUse, kAddressNotAvailable.
  Status bind(Context& ctx, const net::Network& network, EndpointId id, const Endpoint& local);
  // Fixes the peer and, where still open, the local address and port. Errors of choose_target().
  Status connect(Context& ctx, const net::Network& network, EndpointId id, const Endpoint& peer);
  // Forgets the peer and what connect() chose.
  void disconnect(EndpointId id);
  // Sends one datagram, all of it or nothing. Errors: kInvalid (destination port 0),
  // kMessageTooLong (more than udp_payload_max(), or does not fit and must not be fragmented),
  // kNoBuffers (no memory; no room on the way out, see is_untold()), a pending error of the
  // endpoint (once), and those of choose_target(). With to.more or settings.cork it is begun and
  // held back, and what is sent next is added to it, wherever that is for, until something is sent
  // with neither, or push() is called. An error throws away what was held back, as on Linux
  // (udp_sendmsg).
  Result<size_t> send(Context& ctx, net::Network& network, EndpointId id,
                      std::span<const mem::ConstBytes> parts, const DatagramInfo& to);
  // Sends what is held back, if anything. Errors of send().
  Status push(Context& ctx, net::Network& network, EndpointId id);

  // --- for the stack ---
  // A packet for this host, its IP header of info.ip_header_bytes still in front.
  void input(Context& ctx, net::Network& network, mem::PacketPtr packet);
  void on_icmp_error(Context& ctx, const net::IcmpError& error);
  // The owner of an endpoint whose readiness may have changed; false when there is none.
  bool take_news(mem::Index& owner) { return table_.take_news(owner); }
  size_t used() const { return table_.used(); }

 private:
  void file(DatagramEndpoint& endpoint);
  Status ensure_port(Context& ctx, DatagramEndpoint& endpoint);
  Result<size_t> hold(Context& ctx, net::Network& network, EndpointId id,
                      std::span<const mem::ConstBytes> parts, bool is_more);
  Status claim_port(Context& ctx, DatagramEndpoint& endpoint, const Endpoint& local);
  void release_port(DatagramEndpoint& endpoint);
  DatagramEndpoint* best_match(const Addressee& to);
  void deliver(Context& ctx, const net::Network& network, DatagramEndpoint& endpoint,
               mem::PacketPtr packet);
  void deliver_to_all(Context& ctx, const net::Network& network, const UdpArrival& arrival,
                      mem::PacketPtr packet);

  EndpointTable<kConfig.udp_endpoints> table_;
  UdpPorts ports_;
};

}  // namespace tapstack::transport
