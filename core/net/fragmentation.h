// Cutting a datagram into fragments: what IPv4 and IPv6 have in common.
#pragma once

#include <algorithm>
#include <utility>

#include "net/family.h"

namespace tapstack::net {

// Splits the front `n` bytes of payload off `rest` into a packet of their own.
inline mem::PacketPtr split_front(Context& ctx, mem::Packet& rest, uint32_t n) {
  mem::PacketPtr piece = ctx.memory.new_packet(mem::Priority::kData);
  if (!piece || !ctx.memory.chain_split_front(rest.chain, n, piece->chain)) return {};
  piece->info = rest.info;
  return piece;
}

// Cuts `payload` (headers taken off, info filled in) into fragments of at most `mtu_bytes`, in
// order, and appends them to `out`. `headers` knows how many bytes of header stand before the piece
// at an offset and puts them there: header_bytes(offset), put(ctx, piece, offset, has_more). All of
// them are made, or none: false, no memory.
template <class Headers>
bool cut(Context& ctx, mem::PacketPtr payload, uint32_t mtu_bytes, const Headers& headers,
         mem::PacketQueue& out) {
  const IpAddress to = payload->info.destination;
  mem::PacketQueue made;
  bool is_made = ctx.memory.flatten_header(*payload, mem::Priority::kControl);
  const uint32_t total = payload->size();
  for (uint32_t offset = 0; is_made && offset < total;) {
    // RFC 791 3.2, RFC 8200 4.5: all but the last are multiples of 8 bytes.
    const uint32_t room = (mtu_bytes - headers.header_bytes(offset)) / 8 * 8;
    const uint32_t n = std::min(room, total - offset);
    mem::PacketPtr piece = split_front(ctx, *payload, n);
    is_made = piece && headers.put(ctx, *piece, offset, offset + n < total);
    if (!is_made) break;
    ctx.counters.count(mib_of(to, Mib::kIpFragCreates, Mib::kIp6FragCreates));
    ctx.memory.push(made, std::move(piece));
    offset += n;
  }
  if (!is_made) {
    ctx.memory.clear(made);
    ctx.counters.count(mib_of(to, Mib::kIpFragFails, Mib::kIp6FragFails));
    return false;
  }
  while (mem::PacketPtr piece = ctx.memory.pop(made)) ctx.memory.push(out, std::move(piece));
  ctx.counters.count(mib_of(to, Mib::kIpFragOKs, Mib::kIp6FragOKs));
  return true;
}

}  // namespace tapstack::net
