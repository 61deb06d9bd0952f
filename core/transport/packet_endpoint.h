// Packet sockets (AF_PACKET): frames as interfaces take and send them. Names and numbers are those
// of packet(7).
#pragma once

#include <array>
#include <cstdint>

#include "link/filter_table.h"
#include "transport/datagram_endpoint.h"
#include "transport/datagram_queue.h"
#include "util/address.h"
#include "util/result.h"
#include "util/time.h"

namespace tapstack {

// sll_pkttype: whom a frame is for.
enum class FrameKind : uint8_t {
  kHost,       // us
  kBroadcast,  // everybody
  kMulticast,  // a group
  kOther,      // another host
  kOutgoing,   // it is sent by us
};

// Numbers of sll_protocol that are no ethertype (<linux/if_ether.h>).
namespace frame_protocol {
inline constexpr uint16_t k8023 = 1;  // IEEE 802.3 with a payload of 0xffff: Novell's
inline constexpr uint16_t kAll = 3;
inline constexpr uint16_t k8022 = 4;  // IEEE 802.3 with an LLC header
}  // namespace frame_protocol

// sll_hatype, ARPHRD_* of <linux/if_arp.h>.
namespace link_type {
inline constexpr uint16_t kEthernet = 1;
inline constexpr uint16_t kLoopback = 772;
inline constexpr uint16_t kNone = 0xfffe;
}  // namespace link_type

// sll_addr and sll_halen.
struct LinkAddress {
  std::array<uint8_t, 8> octets{};
  uint8_t count = 0;  // of those that count; a program may say more than there are
  bool operator==(const LinkAddress&) const = default;
};

// What a packet socket takes: frames of `protocol` (0: none, frame_protocol::kAll: all, those that
// are sent too) that pass `interface` (0: any).
struct PacketBinding {
  uint16_t protocol = 0;
  InterfaceId interface;
};

// What is told of a frame that was received.
struct FrameInfo {
  InterfaceId interface;
  FrameKind kind = FrameKind::kHost;
  uint16_t protocol = 0;       // ethertype, or one of frame_protocol
  uint16_t link_type = 0;      // of the interface
  LinkAddress source;          // of the frame
  uint32_t full_bytes = 0;     // before the filter cut it, from where the socket's data begins
  uint32_t kept_bytes = 0;     // that there are of it
  uint16_t network_bytes = 0;  // from where the data begins to the network header: 0 when cooked
  mem::ChecksumState checksum = mem::ChecksumState::kUnknown;  // of the transport
  bool is_losing = false;  // frames were lost that PacketStatistics have not told of yet
  Instant received_at;
};

// PACKET_STATISTICS.
struct PacketStatistics {
  uint32_t frames = 0;  // that passed the filter, lost ones too
  uint32_t drops = 0;   // of them, for want of room
};

// PACKET_ADD_MEMBERSHIP and PACKET_DROP_MEMBERSHIP.
struct PacketMembership {
  enum class Kind : uint8_t { kAll, kAddress };  // everything, or of an address of a host or group
  bool is_added = true;
  Kind kind = Kind::kAll;
  InterfaceId interface;
  uint8_t address_bytes = 0;
};

namespace transport {

struct PacketEndpoint {
  EndpointId id;
  mem::Index owner = mem::kNoIndex;  // index of the socket
  bool is_cooked = false;            // SOCK_DGRAM: without link header
  bool ignores_outgoing = false;     // PACKET_IGNORE_OUTGOING
  bool is_drained =
      false;  // the embedder takes frames away at once, to where it bounds them itself
  bool is_pending = false;  // in the list of those with news
  PacketBinding binding;
  [[no_unique_address]] link::SocketFilter filter;
  uint32_t receive_buffer_bytes = kConfig.receive_buffer_default_bytes;
  uint32_t send_buffer_bytes = kConfig.send_buffer_default_bytes;
  DatagramQueue received;
  PacketStatistics statistics;
  Error pending_error = Error::kNone;
  mem::Index pending_next = mem::kNoIndex;
  mem::Index open_next = mem::kNoIndex;  // list of all of them
};

}  // namespace transport
}  // namespace tapstack
