// The network layer: where a packet goes, sending it there, and what came in for whom.
#pragma once

#include "link/context.h"
#include "mem/packet_memory.h"
#include "net/checksum_offload.h"
#include "net/icmp_error.h"
#include "net/parts.h"
#include "net/route.h"
#include "net/source_selection.h"
#include "util/address.h"
#include "util/result.h"

namespace tapstack::net {

using link::Interface;

// A received packet for a transport. `packet` holds the whole datagram from its IP header on (made
// contiguous); packet->info.ip_header_bytes says how much to trim to get at the transport header.
// Filled in info: source, destination, interface (where it came in; loopback for our own packets),
// protocol, ttl, tos, link_* and ip_broadcast, was_fragmented. info.offload.checksum says whether
// the transport checksum still has to be verified (kUnknown).
struct Delivery {
  uint8_t protocol = 0;
  mem::PacketPtr packet;  // empty: nothing to deliver
  explicit operator bool() const { return static_cast<bool>(packet); }
};

// Why a delivered packet is sent back as Destination Unreachable.
enum class Refusal : uint8_t { kProtocol, kPort };

class Network {
 public:
  // `key`: secret of the hash tables and of IP identification.
  explicit Network(const SecretKey& key) : parts_(key) {}

  // --- for transports ---
  // Chooses interface, source and next hop. `source` without family or any: select one. `bound` 0:
  // any interface. Errors: kNetworkUnreachable (no route), kNetworkDown, kAddressNotAvailable
  // (source not ours, or none to choose), kNoDevice, kInvalid (source loopback, destination
  // elsewhere).
  Result<Route> route(const IpAddress& destination, const IpAddress& source, InterfaceId bound,
                      Instant now, SourcePreference preference = SourcePreference::kNone) const;
  // The limited broadcast from 0.0.0.0; see route_lookup.h.
  Result<Route> route_without_address(InterfaceId interface) const;
  // Sends a packet that holds transport header and payload: adds the IP header from `route` and
  // `params`, fragments when needed and allowed, resolves the neighbour (queueing meanwhile), adds
  // the link header and queues the frame. Addresses are the route's; packet->info needs only
  // `offload`: checksum kPartial with checksum_start and header_bytes counted from the packet's
  // first byte (so checksum_start 0), or kUnknown when the checksum is complete. Always consumes
  // the packet. Errors: kMessageTooLong, kNoBuffers (interface or neighbour queue full, no memory),
  // kNetworkDown, kNoDevice, kInvalid (header_included and the header is wrong).
  Status send(Context& ctx, mem::PacketPtr packet, const Route& route, const SendParams& params);
  // Whether `address` is ours on any interface that is up (127/8 included).
  bool is_local_address(const IpAddress& address) const;
  // Whether `address` is the limited broadcast or a subnet-directed one of any interface.
  bool is_broadcast_address(const IpAddress& address) const;
  // Device back-pressure: whether the interface's transmit queue takes more.
  bool queue_has_room(InterfaceId id) const;
  const Interface* interface(InterfaceId id) const;  // nullptr: no such interface
  // A transport has verified what IcmpError::mtu_bytes says about the path to `destination`.
  void lower_path_mtu(const IpAddress& destination, uint32_t mtu_bytes, Instant now);
  // A transport knows that packets sent by `route` arrive: its neighbour need not be asked (RFC
  // 1122 2.3.2.1 (4), RFC 4861 7.3.1).
  void confirm_reachable(Context& ctx, const Route& route);
  // Whether a socket that is known to parts().groups as `member` gets a packet to a group, as its
  // memberships and filters say; `otherwise` where it has not joined the group.
  bool accepts_group(mem::Index member, const mem::PacketInfo& info, bool otherwise) const {
    return parts_.groups.accepts(member, {info.interface, info.destination}, info.source,
                                 otherwise);
  }
  // Answers a delivered packet (IP header still in front) with an ICMP Destination Unreachable, if
  // RFC 1122 3.2.2 and the rate limit allow. Consumes it.
  void refuse(Context& ctx, mem::PacketPtr packet, Refusal why);

  // --- for the stack ---
  // A frame from a device, or for link::kLoopback a packet that next_frame() gave. ICMP messages
  // are acted upon here and delivered too (raw and ping sockets want them).
  Delivery input(Context& ctx, InterfaceId id, mem::PacketPtr frame);
  // The oldest frame that waits for the device; for link::kLoopback an IP packet to hand to
  // input().
  mem::PacketPtr next_frame(Context& ctx, InterfaceId id);
  // The ICMP error that the last input() brought for the transports; false when it brought none. To
  // be asked after each input(): an error not taken is lost when the next one comes in. Neighbours
  // that do not answer are reported this way too, by way of loopback.
  bool take_error(Context& ctx, IcmpError& error);
  bool has_error() const { return parts_.has_error; }
  // Nothing waits for a device or for a neighbour that is likely to answer.
  bool is_drained() const;
  // A timer of kind kNeighbour, kReassembly or kAddress is due; `index` as it was set.
  void on_timer(Context& ctx, timer::TimerKind kind, mem::Index index);

  // Tables, for net/configuration.h, for the public API to read and for tests.
  Parts& parts() { return parts_; }
  const Parts& parts() const { return parts_; }

 private:
  Parts parts_;
};

}  // namespace tapstack::net
