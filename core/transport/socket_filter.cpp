#include "transport/socket_filter.h"

#include <algorithm>

#include "transport/packet_endpoint.h"
#include "wire/ethernet.h"

namespace tapstack::transport {
namespace {

FrameKind kind_of(const mem::PacketInfo& info) {
  if (info.link_broadcast) return FrameKind::kBroadcast;
  return info.link_multicast ? FrameKind::kMulticast : FrameKind::kHost;
}

uint16_t link_type_of(const link::Interface* interface) {
  if (interface != nullptr && interface->is_loopback) return link_type::kLoopback;
  return interface != nullptr && interface->has_neighbours() ? link_type::kEthernet
                                                             : link_type::kNone;
}

}  // namespace

bool passes_socket_filter(Context& ctx, const net::Network& network,
                          const link::SocketFilter& filter, mem::Packet& packet,
                          const FilterPlace& place) {
  if (filter.get().is_null()) return true;
  link::FilterSubject subject;
  subject.memory = &ctx.memory;
  subject.packet = &packet;
  subject.begin = std::min(place.begin, packet.size());
  subject.protocol =
      packet.info.destination.is_ip6() ? wire::ethertype::kIp6 : wire::ethertype::kIp4;
  subject.packet_type = static_cast<uint8_t>(kind_of(packet.info));
  subject.interface = packet.info.interface.value;
  subject.link_type = link_type_of(network.interface(packet.info.interface));
  subject.random = &ctx.random;
  const uint32_t wanted = network.parts().filters.run(filter.get(), subject);
  if (wanted == 0) {
    ctx.drop(DropReason::kSocketFilter);
    return false;
  }
  const uint32_t kept = std::max(wanted, place.kept_bytes_min);
  if (kept < subject.length()) ctx.memory.trim_back(packet, subject.length() - kept);
  return true;
}

}  // namespace tapstack::transport
