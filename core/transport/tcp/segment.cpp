#include "transport/tcp/segment.h"

#include "wire/ip4.h"
#include "wire/pseudo_header.h"

namespace tapstack::transport::tcp {
namespace {

// RFC 9293 3.1, MUST-3. kVerified and kPartial come from a sender on this machine or a device that
// vouches for it.
bool is_checksum_right(const Context& ctx, const mem::Packet& packet) {
  if (packet.info.offload.checksum != mem::ChecksumState::kUnknown) return true;
  ChecksumSum sum = wire::pseudo_header_sum(packet.info.source, packet.info.destination,
                                            wire::ip_protocol::kTcp, packet.size());
  sum.add_word(ctx.memory.sum(packet, 0, packet.size()));
  return sum.checksum() == 0;
}

// RFC 9293 3.9.2.3: only unicast (MUST-57), also of the source (MUST-63, RFC 1122 4.2.3.10).
bool is_unicast(const mem::PacketInfo& info) {
  return !info.ip_broadcast && !info.link_broadcast && !info.link_multicast &&
         !info.destination.is_multicast() && !info.source.is_multicast() && !info.source.is_any();
}

// Combinations that no TCP sends: with SYN no RST goes, and FIN only with the answer to a SYN whose
// text was all that was to be said (RFC 9293 3.10.7.3, fourth step: "other controls"). A segment
// without any bit passes: RFC 9293 3.10.7.1 answers it with a RST.
bool are_flags_sane(wire::TcpFlags flags) {
  return !(flags.syn() && (flags.rst() || (flags.fin() && !flags.ack())));
}

void fill(const wire::TcpView& view, const mem::PacketInfo& info, Segment& out) {
  out.flow = {{info.destination, view.destination()}, {info.source, view.source()}};
  out.interface = info.interface;
  out.ttl = info.ttl;
  out.ecn = wire::ecn_of(info.tos);
  out.seq = SeqNumber(view.sequence_number());
  out.ack = SeqNumber(view.acknowledgment_number());
  out.wnd = view.window();
  out.urgent = view.urgent_pointer();
  out.flags = view.flags();
  out.options = wire::TcpOptions::parse(view.options());  // of any segment, MUST-5
}

}  // namespace

std::optional<DropReason> parse(Context& ctx, mem::Packet& packet, Segment& out) {
  ctx.memory.trim_front(packet, packet.info.ip_header_bytes);
  packet.info.ip_header_bytes = 0;
  if (!is_unicast(packet.info)) return DropReason::kTcpNotUnicast;
  if (!is_checksum_right(ctx, packet)) {
    ctx.counters.count(Mib::kTcpInCsumErrors);
    return DropReason::kTcpBadChecksum;
  }
  const uint8_t* bytes = ctx.memory.pull(packet, wire::TcpView::kHeaderBytesMin);
  if (bytes == nullptr) return DropReason::kTcpTooShort;
  const size_t header_bytes =
      wire::TcpView::header_bytes_of({bytes, wire::TcpView::kHeaderBytesMin});
  bytes = ctx.memory.pull(packet, static_cast<uint32_t>(header_bytes));
  if (bytes == nullptr || header_bytes < wire::TcpView::kHeaderBytesMin) {
    return DropReason::kTcpBadHeaderLength;
  }
  const auto view = wire::TcpView::parse({bytes, header_bytes});
  if (!view) return DropReason::kTcpBadHeaderLength;
  fill(*view, packet.info, out);
  if (out.flow.local.port.value == 0 || out.flow.remote.port.value == 0) {
    return DropReason::kTcpBadPort;
  }
  if (!are_flags_sane(out.flags)) return DropReason::kTcpBadFlags;
  ctx.memory.trim_front(packet, static_cast<uint32_t>(header_bytes));
  out.text_bytes = packet.size();
  return std::nullopt;
}

}  // namespace tapstack::transport::tcp
