// Sockets for echo requests without privilege, as Linux has them (SOCK_DGRAM with IPPROTO_ICMP or
// IPPROTO_ICMPV6): the program writes and reads ICMP messages, the stack owns their identifier and
// checksum.
#pragma once

#include <span>

#include "link/context.h"
#include "net/network.h"
#include "transport/datagram_endpoint.h"
#include "transport/endpoint_table.h"
#include "util/result.h"

namespace tapstack::transport {

class Ping {
 public:
  // Draws the secrets; once, before anything else.
  void start(Random& random) { table_.start(random); }

  // --- for sockets; the port of an endpoint is its identifier ---
  Result<EndpointId> open(Family family, uint8_t protocol, mem::Index owner);
  void close(Context& ctx, EndpointId id) { table_.close(ctx, id); }
  DatagramEndpoint* find(EndpointId id) { return table_.find(id); }
  const DatagramEndpoint* find(EndpointId id) const { return table_.find(id); }
  // Identifier 0 chooses one. kInvalid (bound already), kAddressInUse, kAddressNotAvailable.
  Status bind(Context& ctx, const net::Network& network, EndpointId id, const Endpoint& local);
  // Errors of choose_target().
  Status connect(Context& ctx, const net::Network& network, EndpointId id, const Endpoint& peer);
  void disconnect(EndpointId id);
  // Sends one echo request: `parts` are ICMP header and data. kInvalid unless type 8 (of ICMPv6:
  // 128) and code 0 and at least a header; kMessageTooLong, kNoBuffers, a pending error (once), and
  // those of choose_target().
  Result<size_t> send(Context& ctx, net::Network& network, EndpointId id,
                      std::span<const mem::ConstBytes> parts, const DatagramInfo& to);

  // --- for the stack ---
  // An ICMP message for this host whose checksum is good, its IP header of info.ip_header_bytes
  // still in front. Takes echo replies only.
  void input(Context& ctx, const net::Network& network, mem::PacketPtr packet);
  void on_icmp_error(Context& ctx, const net::IcmpError& error);
  bool take_news(mem::Index& owner) { return table_.take_news(owner); }
  size_t used() const { return table_.used(); }

 private:
  DatagramEndpoint* match(Port identifier, const IpAddress& local, InterfaceId interface);
  bool is_free(Port identifier);
  Status claim_identifier(Context& ctx, DatagramEndpoint& endpoint, Port identifier);

  EndpointTable<kConfig.raw_endpoints> table_;
};

}  // namespace tapstack::transport
