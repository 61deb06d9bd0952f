#include "transport/udp_arrival.h"

#include "wire/ip_protocol.h"
#include "wire/pseudo_header.h"
#include "wire/udp.h"
#include "wire/udp_lite.h"

namespace tapstack::transport {
namespace {

constexpr UdpRefusal kTooShort{DropReason::kUdpTooShort, Mib::kUdpInErrors, Mib::kUdp6InErrors};
constexpr UdpRefusal kBadLength{DropReason::kUdpBadLength, Mib::kUdpInErrors, Mib::kUdp6InErrors};

// RFC 1122 4.1.3.4. `bytes` are the datagram's; the sum runs over `covered_bytes` of them.
bool is_sum_good(const Context& ctx, const mem::Packet& packet, uint32_t bytes,
                 uint32_t covered_bytes) {
  const mem::PacketInfo& info = packet.info;
  ChecksumSum sum = wire::pseudo_header_sum(info.source, info.destination, info.protocol, bytes);
  sum.add_word(ctx.memory.sum(packet, info.ip_header_bytes, covered_bytes));
  return sum.checksum() == 0;
}

// RFC 768: a sender may make none. RFC 8200 8.1: over IPv6 it must.
bool is_checksum_good(const Context& ctx, const mem::Packet& packet, const wire::UdpView& udp) {
  if (!udp.has_checksum()) return true;
  if (packet.info.offload.checksum != mem::ChecksumState::kUnknown) return true;
  return is_sum_good(ctx, packet, udp.length(), udp.length());
}

bool read_udp(const Context& ctx, mem::Packet& packet, std::span<const uint8_t> header,
              UdpArrival& arrival, UdpRefusal& refusal) {
  const uint32_t ip_bytes = packet.info.ip_header_bytes;
  const auto udp = wire::UdpView::parse(header, packet.size() - ip_bytes);
  refusal = kBadLength;
  if (!udp) return false;
  ctx.memory.trim_back(packet, packet.size() - ip_bytes - udp->length());
  refusal = kUdpUncovered;
  if (!is_checksum_good(ctx, packet, *udp)) return false;
  packet.info.source_port = udp->source();
  packet.info.destination_port = udp->destination();
  arrival.lacks_checksum = packet.info.source.is_ip6() && !udp->has_checksum();
  return true;
}

// No device is asked about the checksum: those that know UDP would sum up all of it.
bool read_lite(const Context& ctx, mem::Packet& packet, std::span<const uint8_t> header,
               UdpArrival& arrival, UdpRefusal& refusal) {
  const uint32_t bytes = packet.size() - packet.info.ip_header_bytes;
  const wire::UdpLiteProblem problem = wire::UdpLiteView::check(header, bytes);
  refusal = problem == wire::UdpLiteProblem::kBadCoverage ? kBadLength : kUdpUncovered;
  if (problem != wire::UdpLiteProblem::kNone) return false;
  const wire::UdpLiteView lite = *wire::UdpLiteView::parse(header, bytes);
  const uint16_t covered = lite.coverage_bytes();
  if (!is_sum_good(ctx, packet, bytes, covered == 0 ? bytes : covered)) return false;
  packet.info.source_port = lite.source();
  packet.info.destination_port = lite.destination();
  arrival.covered_bytes = covered < bytes ? covered : uint16_t{0};
  return true;
}

}  // namespace

bool read_arrival(const Context& ctx, mem::Packet& packet, UdpArrival& arrival,
                  UdpRefusal& refusal) {
  mem::PacketInfo& info = packet.info;
  refusal = kTooShort;
  uint8_t header[wire::UdpView::kHeaderBytes];
  if (packet.size() < info.ip_header_bytes + sizeof header) return false;
  ctx.memory.copy_out(packet, info.ip_header_bytes, header);
  arrival.protocol = info.protocol;
  const bool is_lite = kConfig.udp_lite && info.protocol == wire::ip_protocol::kUdpLite;
  const bool is_good = is_lite ? read_lite(ctx, packet, header, arrival, refusal)
                               : read_udp(ctx, packet, header, arrival, refusal);
  arrival.flow = {{info.destination, info.destination_port}, {info.source, info.source_port}};
  return is_good;
}

}  // namespace tapstack::transport
