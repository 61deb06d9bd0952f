// Raw sockets (SOCK_RAW): packets of one protocol in, with their header over IPv4 and without over
// IPv6 (RFC 3542 3); with or without a header of the program's own out. They see copies of what the
// stack itself handles.
#pragma once

#include <array>
#include <span>

#include "link/context.h"
#include "net/network.h"
#include "transport/datagram_endpoint.h"
#include "transport/endpoint_table.h"
#include "util/result.h"

namespace tapstack::transport {

// ICMP6_FILTER (RFC 3542 3.2): bit `type % 32` of word `type / 32` set: that type is not wanted.
using Icmp6Filter = std::array<uint32_t, 8>;

class Raw {
 public:
  Raw() {}  // user-provided: what belongs to no endpoint is not written
  void start(Random& random) { table_.start(random); }

  // --- for sockets ---
  // kNoBuffers when the pool is exhausted. Protocol 255 (IPPROTO_RAW) sends only, header included.
  Result<EndpointId> open(Family family, uint8_t protocol, mem::Index owner);
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

  // --- of IPv6 endpoints only (RFC 3542 3) ---
  // Where in what is sent and received the checksum lies, in bytes: even, [0, kChecksumOffsetMax],
  // or -1: there is none. kInvalid: another value, or ICMPv6, whose checksum is the stack's.
  static constexpr int32_t kChecksumOffsetMax = 62;
  Status set_checksum_offset(EndpointId id, int64_t offset);
  int32_t checksum_offset(EndpointId id) const { return ip6_[ip6_index(id)].checksum_offset; }
  void set_icmp6_filter(EndpointId id, const Icmp6Filter& filter) {
    ip6_[ip6_index(id)].filter = filter;
  }
  const Icmp6Filter& icmp6_filter(EndpointId id) const { return ip6_[ip6_index(id)].filter; }

  // --- for the stack ---
  // Gives every endpoint that wants it a copy of `packet`, whose IP header of info.ip_header_bytes
  // is still in front. Returns whether there was one.
  bool input(Context& ctx, const net::Network& network, const mem::Packet& packet);
  void on_icmp_error(Context& ctx, const net::IcmpError& error);
  bool take_news(mem::Index& owner) { return table_.take_news(owner); }
  size_t used() const { return table_.used(); }

 private:
  // What only IPv6 endpoints have: valid for those that are open.
  struct Ip6Part {
    Icmp6Filter filter;
    int32_t checksum_offset;
  };
  static constexpr size_t kIp6Parts = kConfig.ip6 ? kConfig.raw_endpoints : 1;

  uint32_t hash(uint8_t protocol) const { return table_.hash(Port{protocol}); }
  static size_t ip6_index(EndpointId id) { return kConfig.ip6 ? id.index : 0; }
  bool is_wanted(const Context& ctx, const DatagramEndpoint& endpoint,
                 const mem::Packet& packet) const;
  Status fill_checksum(Context& ctx, const DatagramEndpoint& endpoint, mem::Packet& packet,
                       const net::Route& route) const;

  EndpointTable<kConfig.raw_endpoints> table_;
  Ip6Part ip6_[kIp6Parts];
};

}  // namespace tapstack::transport
