// The endpoints of packet sockets: every frame that passes an interface is offered to all of them,
// as Linux does (dev_queue_xmit_nit, __netif_receive_skb_core).
#pragma once

#include <span>

#include "link/context.h"
#include "mem/pool.h"
#include "net/network.h"
#include "transport/packet_endpoint.h"
#include "util/result.h"

namespace tapstack::transport {

// Trivially copyable; construction touches no storage. While none is open, a frame costs one test.
class PacketTaps {
 public:
  PacketTaps() {}  // user-provided: what belongs to no endpoint is not written

  // --- for sockets ---
  // kNoBuffers when the pool is exhausted.
  Result<EndpointId> open(bool is_cooked, uint16_t protocol, mem::Index owner);
  void close(Context& ctx, EndpointId id);
  PacketEndpoint* find(EndpointId id) { return pool_.get(id); }
  const PacketEndpoint* find(EndpointId id) const { return pool_.get(id); }
  // Protocol 0: as before. kNoDevice. An interface that is down is a pending error, kNetworkDown
  // (packet_do_bind).
  Status bind(const net::Network& network, EndpointId id, const PacketBinding& binding);
  // The oldest frame, as much of it as fits; `info` may be null. kWouldBlock, a pending error
  // (once).
  Result<size_t> receive(const Context& ctx, const net::Network& network, EndpointId id,
                         std::span<const mem::Bytes> parts, bool peek, FrameInfo* info);
  PacketStatistics take_statistics(EndpointId id);
  // The n-th that is open, n from 0; nullptr past the last.
  const PacketEndpoint* at(size_t n) const;

  // --- for the stack ---
  bool is_empty() const { return first_ == mem::kNoIndex; }
  // A frame that just came in, and one that is about to leave.
  void on_received(Context& ctx, const net::Network& network, InterfaceId id,
                   const mem::Packet& frame);
  void on_sent(Context& ctx, const net::Network& network, InterfaceId id, const mem::Packet& frame);
  // The interface went down, or is no more: who is bound to it hears kNetworkDown.
  void on_down(InterfaceId id);
  bool take_news(mem::Index& owner);
  size_t used() const { return pool_.used(); }

 private:
  struct Tapped;

  static constexpr size_t kPlaces = kConfig.packet_endpoints > 0 ? kConfig.packet_endpoints : 1;

  void offer(Context& ctx, const net::Network& network, const Tapped& tapped);
  void take(Context& ctx, const net::Network& network, PacketEndpoint& endpoint,
            const Tapped& tapped);
  void add_news(PacketEndpoint& endpoint);
  void unlink(mem::Index index);

  mem::Pool<PacketEndpoint, kPlaces, DatagramEndpointTag> pool_;
  mem::Index first_ = mem::kNoIndex;  // list of the open ones
  mem::Index news_ = mem::kNoIndex;
};

// Where there are no packet sockets (kConfig.packet_endpoints 0): nothing, at no cost.
class NoPacketTaps {
 public:
  static Result<EndpointId> open(bool, uint16_t, mem::Index) {
    return Error::kAddressFamilyNotSupported;
  }
  static void close(Context&, EndpointId) {}
  PacketEndpoint* find(EndpointId) { return nullptr; }
  const PacketEndpoint* find(EndpointId) const { return nullptr; }
  static Status bind(const net::Network&, EndpointId, const PacketBinding&) {
    return Error::kBadHandle;
  }
  static Result<size_t> receive(const Context&, const net::Network&, EndpointId,
                                std::span<const mem::Bytes>, bool, FrameInfo*) {
    return Error::kBadHandle;
  }
  static PacketStatistics take_statistics(EndpointId) { return {}; }
  static const PacketEndpoint* at(size_t) { return nullptr; }
  static bool is_empty() { return true; }
  static void on_received(Context&, const net::Network&, InterfaceId, const mem::Packet&) {}
  static void on_sent(Context&, const net::Network&, InterfaceId, const mem::Packet&) {}
  static void on_down(InterfaceId) {}
  static bool take_news(mem::Index&) { return false; }
  static size_t used() { return 0; }
};

using Packets = std::conditional_t<(kConfig.packet_endpoints > 0), PacketTaps, NoPacketTaps>;

}  // namespace tapstack::transport
