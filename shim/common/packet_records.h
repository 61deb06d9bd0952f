// What hooks and engine tell one another about packet sockets (AF_PACKET): what stands behind the
// DatagramHeader of each message, and payloads of requests.
//
//   kOpen        args: AF_PACKET, SocketKind::kPacket, protocol, 1 if cooked
//   kBind        args: protocol, interface
//   kLocalEndpoint       reply: PacketNameRecord
//   kPacketStatistics    reply: PacketStatistics; they begin anew
//   kPacketMembership    payload: MembershipRecord
//   kSetRing             payload: RingRecord; frame_count 0: none from now on
//   kRingMemory          args[0]: 1 for its descriptor; reply: value = bytes, 0: there is no ring
//   kRingReady           reply: value 1 if the program has a frame to read; if so, the handle says
//   it kFilterPiece         args: instructions in all, of which from args[1] on are in the payload;
//   the
//                        last piece attaches the filter
//   kDetachFilter
//   kLockFilter          args[0]: 0 or 1; kFilterLocked: reply: value
//   kFilter              args[0]: the first instruction; reply: value = instructions in all, those
//                        that fit from there on in payload
#pragma once

#include "core/api/packet_sockets.h"
#include "shim/common/protocol.h"

namespace tapstack::shim {

// Behind the DatagramHeader of a frame, in front of its bytes.
struct FrameRecord {
  int32_t interface = 0;  // in: where it passed; out: where to
  uint16_t protocol = 0;
  uint8_t is_named = 0;               // out: 1 if interface, protocol and address were given
  LinkAddress address;                // in: source; out: destination
  FrameKind kind = FrameKind::kHost;  // in, as all that follow
  bool is_checksum_partial = false;   // TP_STATUS_CSUMNOTREADY
  bool is_checksum_good = false;      // TP_STATUS_CSUM_VALID
  bool is_losing = false;             // TP_STATUS_LOSING
  uint16_t link_type = 0;
  uint16_t network_bytes = 0;
  uint32_t full_bytes = 0;
};

struct PacketNameRecord {
  int32_t interface = 0;
  uint16_t protocol = 0;
  uint16_t link_type = 0;
  LinkAddress address;
  bool is_cooked = false;
};

struct MembershipRecord {
  uint8_t is_added = 1;
  uint8_t names_address = 0;  // PACKET_MR_MULTICAST, PACKET_MR_UNICAST
  uint8_t address_bytes = 0;
  int32_t interface = 0;
};

// PACKET_RX_RING, after PACKET_VERSION and PACKET_RESERVE.
struct RingRecord {
  int32_t version = 0;  // TPACKET_V1, TPACKET_V2
  uint32_t block_bytes = 0, block_count = 0;
  uint32_t frame_bytes = 0, frame_count = 0;
  uint32_t reserve_bytes = 0;
};

inline constexpr size_t kFilterPieceMax = kPayloadBytes / sizeof(FilterInstruction);

// An interface's number as programs give it; 255 names none.
constexpr InterfaceId interface_from(int64_t number) {
  return {static_cast<uint8_t>(number < 0 || number > 254 ? 255 : number)};
}

}  // namespace tapstack::shim
