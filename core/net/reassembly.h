// Reassembly of fragmented datagrams (RFC 791 3.2, RFC 815), shared by IPv4 and IPv6 by way of the
// key.
//
// Overlapping fragments are refused, and the rest of their datagram with them (RFC 5722 4 for IPv6;
// for IPv4 it ends teardrop and evasion by ambiguity). An exact duplicate is tolerated. Memory is
// bounded by datagrams, fragments of one, and blocks of all; the oldest datagram gives way.
#pragma once

#include <cstdint>

#include "link/context.h"
#include "mem/pool.h"

namespace tapstack::net {

// Which datagram a fragment belongs to (RFC 791 3.2; RFC 8200 4.5 has no protocol: 0).
struct ReassemblyKey {
  IpAddress source;
  IpAddress destination;
  uint32_t identification = 0;
  InterfaceId interface;  // fragments of one datagram come in on one interface
  uint8_t protocol = 0;
  constexpr auto operator<=>(const ReassemblyKey&) const = default;
};

// Where the payload of a fragment lies in that of its datagram.
struct FragmentRange {
  uint32_t offset_bytes = 0;  // multiple of 8
  bool more = false;          // not the last one
};

class Reassembly {
 public:
  // A fragment, its IP header (info.ip_header_bytes) in front. Returns the whole datagram once this
  // completes it: the header of the first fragment in front, its fields as they were, info.tos with
  // the ECN codepoint of RFC 3168 5.3, offload cleared (the checksum is to be verified). Otherwise
  // the fragment was kept or, counted, dropped.
  mem::PacketPtr add(Context& ctx, const ReassemblyKey& key, const FragmentRange& range,
                     mem::PacketPtr fragment);
  // The timer of datagram `index` is due: forgets it. Returns its first fragment if that came (RFC
  // 792: only then is Time Exceeded sent), else an empty packet.
  mem::PacketPtr on_timer(Context& ctx, mem::Index index);
  // Forgets all datagrams from `interface`.
  void flush(Context& ctx, InterfaceId interface);

  size_t used() const { return datagrams_.used(); }
  // Blocks that fragments hold: slices of packets, each of them in one block.
  size_t blocks_held() const { return blocks_held_; }

 private:
  struct Datagram {
    ReassemblyKey key;
    mem::Index head = mem::kNoIndex;  // fragments by offset, linked by Packet::next
    mem::Index tail = mem::kNoIndex;
    uint32_t bytes = 0;        // payload held
    uint32_t total_bytes = 0;  // payload of the datagram; 0: the last fragment has not come
    uint32_t blocks = 0;
    uint16_t fragments = 0;
    uint8_t ecn_seen = 0;     // bit n: codepoint n
    bool is_refused = false;  // swallows what still comes, until its timer is due
    mem::Index newer = mem::kNoIndex;
    mem::Index older = mem::kNoIndex;
  };
  // What is wrong with a fragment, if anything.
  enum class Fit : uint8_t { kFits, kDuplicate, kOverlap, kInconsistent };

  mem::Index find(const ReassemblyKey& key) const;
  mem::Index open(Context& ctx, const ReassemblyKey& key);
  bool make_room(Context& ctx, mem::Index keep, uint32_t blocks);
  Fit place(Context& ctx, Datagram& datagram, uint32_t begin, uint32_t end,
            mem::Index& after) const;
  void insert(Context& ctx, mem::Index index, mem::Index after, mem::PacketPtr fragment);
  mem::PacketPtr assemble(Context& ctx, mem::Index index);
  void refuse(Context& ctx, mem::Index index);
  void drop_fragments(Context& ctx, Datagram& datagram);
  void close(Context& ctx, mem::Index index);

  mem::Pool<Datagram, kConfig.reassemblies, struct ReassemblyTag> datagrams_;
  mem::Index newest_ = mem::kNoIndex;
  mem::Index oldest_ = mem::kNoIndex;
  size_t blocks_held_ = 0;
};

}  // namespace tapstack::net
