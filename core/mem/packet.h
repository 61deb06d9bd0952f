// Packet memory: blocks of bytes, counted slices of them, chains of slices, and packets.
//
// - A *block* is kConfig.block_bytes of memory with a reference count.
// - A *slice* is a view (offset, length) of part of a block; each slice counts as one reference.
// - A *chain* is a list of slices: a byte string. Stored chains are plain values (two indices and a
//   length); whoever stores one owns it and must give it back to PacketMemory.
// - A *packet* is a pooled record: an inline area for headers, a chain for the rest, and what is
//   known about it (PacketInfo). PacketPtr owns one and releases it on every early return.
//
// Bytes of a packet: inline header area first, then the chain. Going down, layers prepend their
// headers into the inline area; payload blocks are never touched, so they may be shared with a
// retransmission queue. Coming in, layers `pull` their header so that it is contiguous and `trim`
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "config.h"
#include "mem/handle.h"
#include "util/address.h"
#include "util/time.h"

namespace tapstack::mem {

using Bytes = std::span<uint8_t>;
using ConstBytes = std::span<const uint8_t>;

// A stored byte string; see PacketMemory for every operation on it.
struct Chain {
  Index head = kNoIndex;
  Index tail = kNoIndex;
  uint32_t length = 0;  // bytes
  uint32_t slices = 0;
  bool is_empty() const { return length == 0; }
};

// Part of a chain: [offset, offset + length), in bytes.
struct ChainRange {
  uint32_t offset = 0;
  uint32_t length = 0;
};

enum class ChecksumState : uint8_t {
  kUnknown,   // in: verify it; out: already complete in the bytes
  kVerified,  // in: the device or the other end on this host vouches for it
  kPartial,   // the transport checksum holds only the pseudo header sum; device or receiver
              // completes
};

enum class Segmentation : uint8_t { kNone, kTcp4, kTcp6, kUdp };

// What virtio-net calls the header of a frame: checksum and segmentation left to the device.
struct Offload {
  ChecksumState checksum = ChecksumState::kUnknown;
  Segmentation segmentation = Segmentation::kNone;
  bool ecn = false;              // TCP segmentation with CWR set: only on the first segment
  uint16_t segment_bytes = 0;    // payload bytes a segment when segmentation is asked for
  uint16_t header_bytes = 0;     // Ethernet to end of transport header, for segmentation
  uint16_t checksum_start = 0;   // from the start of the frame
  uint16_t checksum_offset = 0;  // from checksum_start to the 16-bit field
};

// What is known about a packet besides its bytes.
struct PacketInfo {
  Instant received_at;
  IpAddress source;  // of the IP header, once parsed
  IpAddress destination;
  IpAddress next_hop;     // out: who must be resolved
  InterfaceId interface;  // in: where it came from; out: where it goes
  uint8_t protocol = 0;
  uint8_t ttl = 0;
  uint8_t tos = 0;
  uint32_t flow_label = 0;       // in: of IPv6
  uint16_t ip_header_bytes = 0;  // in: bytes of IP header kept in front of the payload for quoting
  Port source_port;
  Port destination_port;
  bool link_broadcast = false;  // addressed to the broadcast or a multicast MAC
  bool link_multicast = false;
  bool ip_broadcast = false;  // destination is a broadcast address of the interface
  bool is_own_group = false;  // in: sent by this host itself, to a group or broadcast
  bool was_fragmented = false;
  uint16_t payload_offset = 0;  // in, of a datagram that waits: headers that were left in front
  uint16_t flags = 0;           // free for the layer that owns the packet at the moment
  Offload offload;
};

class PacketMemory;

struct Packet {
  Chain chain;
  PacketInfo info;
  Index next = kNoIndex;                                // of the queue that holds it
  uint16_t header_begin = kConfig.packet_header_bytes;  // [header_begin, header_end) of `header`
  uint16_t header_end = kConfig.packet_header_bytes;
  uint8_t header[kConfig.packet_header_bytes];  // not initialised

  uint32_t size() const { return chain.length + header_end - header_begin; }
};

// Owns one packet; move-only; for local variables and arguments. What is stored is `release()`d to
// its index. The memory it points to is the Stack's, which does not move during a call.
class PacketPtr {
 public:
  PacketPtr() = default;
  PacketPtr(PacketMemory& memory, Index index) : memory_(&memory), index_(index) {}
  PacketPtr(PacketPtr&& o) noexcept : memory_(o.memory_), index_(o.index_) { o.index_ = kNoIndex; }
  PacketPtr& operator=(PacketPtr&& o) noexcept;
  ~PacketPtr() { reset(); }

  explicit operator bool() const { return index_ != kNoIndex; }
  Packet* operator->() const;
  Packet& operator*() const { return *operator->(); }
  Index release() {  // the caller now owns the index
    Index i = index_;
    index_ = kNoIndex;
    return i;
  }
  void reset();

 private:
  PacketMemory* memory_ = nullptr;
  Index index_ = kNoIndex;
};

// A stored first-in-first-out queue of packets.
struct PacketQueue {
  Index head = kNoIndex;
  Index tail = kNoIndex;
  uint32_t count = 0;
  uint32_t bytes = 0;
};

// Whether an allocation may take the last reserve.
enum class Priority : uint8_t {
  kData,     // leaves kConfig.*_reserved untouched: whatever a program queues
  kControl,  // may take everything: receiving frames, ACKs, ARP, ICMP
};

}  // namespace tapstack::mem
