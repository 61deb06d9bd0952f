// Raw sockets (SOCK_RAW): whole IP packets of one protocol in, with or without a header of the
// program's own out. They see copies of what the stack itself handles.
#pragma once

#include <span>

#include "link/context.h"
#include "net/network.h"
#include "transport/datagram_endpoint.h"
#include "transport/endpoint_table.h"
#include "util/result.h"

namespace tapstack::transport {

class Raw {
 public:
  void start(Random& random) { table_.start(random); }

  // --- for sockets ---
  // kNoBuffers when the pool is exhausted. Protocol 255 (IPPROTO_RAW) sends only, header included.
  Result<EndpointId> open(uint8_t protocol, mem::Index owner);
  void close(Context& ctx, EndpointId id) { table_.close(ctx, id); }
  DatagramEndpoint* find(EndpointId id) { return table_.find(id); }
  const DatagramEndpoint* find(EndpointId id) const { return table_.find(id); }
  // Only packets to that address are wanted then. kInvalid (connected), kAddressNotAvailable.
  Status bind(Context& ctx, const net::Network& network, EndpointId id, const Endpoint& local);
  // Only packets from that address are wanted then. Errors of choose_target().
  Status connect(Context& ctx, const net::Network& network, EndpointId id, const Endpoint& peer);
  void disconnect(EndpointId id);
  // Sends one packet. kInvalid (header included, and wrong), kMessageTooLong, kNoBuffers, a pending
  // error (once), and those of choose_target().
  Result<size_t> send(Context& ctx, net::Network& network, EndpointId id,
                      std::span<const mem::ConstBytes> parts, const DatagramInfo& to);

  // --- for the stack ---
  // Gives every endpoint that wants it a copy of `packet`, whose IP header of info.ip_header_bytes
  // is still in front. Returns whether there was one.
  bool input(Context& ctx, const mem::Packet& packet);
  void on_icmp_error(Context& ctx, const net::IcmpError& error);
  bool take_news(mem::Index& owner) { return table_.take_news(owner); }
  size_t used() const { return table_.used(); }

 private:
  uint32_t hash(uint8_t protocol) const { return table_.hash(Port{protocol}); }

  EndpointTable<kConfig.raw_endpoints> table_;
};

}  // namespace tapstack::transport
