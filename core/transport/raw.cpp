#include "transport/raw.h"

#include <utility>

#include "transport/socket_filter.h"
#include "util/checksum.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/pseudo_header.h"

namespace tapstack::transport {
namespace {

constexpr size_t kIpPacketMax = 65'535;
constexpr int32_t kIcmp6ChecksumOffset = 2;

size_t header_bytes(const DatagramEndpoint& endpoint) {
  return endpoint.family == Family::kIp6 ? wire::Ip6View::kHeaderBytes
                                         : wire::Ip4View::kHeaderBytesMin;
}

// What the program hands over at most: all of the packet, or its payload.
size_t bytes_max(const DatagramEndpoint& endpoint) {
  const bool is_ip6 = endpoint.family == Family::kIp6;
  if (endpoint.settings.header_included)
    return kIpPacketMax + (is_ip6 ? header_bytes(endpoint) : 0);
  return is_ip6 ? kIpPacketMax : kIpPacketMax - header_bytes(endpoint);
}

bool passes_icmp6_filter(const Context& ctx, const Icmp6Filter& filter, const mem::Packet& packet) {
  uint8_t type = 0;
  if (packet.size() <= packet.info.ip_header_bytes) return true;
  ctx.memory.copy_out(packet, packet.info.ip_header_bytes, {&type, 1});
  return (filter[type / 32] >> type % 32 & 1) == 0;
}

// Those whose checksums devices know, and leave incomplete in the bytes where they vouch for them.
bool is_vouched_for(const mem::PacketInfo& info) {
  return info.offload.checksum != mem::ChecksumState::kUnknown &&
         (info.protocol == wire::ip_protocol::kTcp || info.protocol == wire::ip_protocol::kUdp);
}

// RFC 3542 3.1.
bool is_checksum_good(const Context& ctx, const mem::Packet& packet) {
  if (is_vouched_for(packet.info)) return true;
  const uint32_t begin = packet.info.ip_header_bytes;
  const uint32_t bytes = packet.size() - begin;
  ChecksumSum sum = wire::pseudo_header_sum(packet.info.source, packet.info.destination,
                                            packet.info.protocol, bytes);
  sum.add_word(ctx.memory.sum(packet, begin, bytes));
  return sum.checksum() == 0;
}

// ICMP_FILTER: bit n set means that type n is not wanted; types above 31 always are.
bool passes_filter(const Context& ctx, const DatagramEndpoint& endpoint,
                   const mem::Packet& packet) {
  if (endpoint.protocol != wire::ip_protocol::kIcmp || endpoint.settings.icmp_filter == 0)
    return true;
  uint8_t header[wire::Icmp4View::kHeaderBytes];
  if (packet.size() < packet.info.ip_header_bytes + sizeof header) return true;
  ctx.memory.copy_out(packet, packet.info.ip_header_bytes, header);
  const auto icmp = wire::Icmp4View::parse(header);
  if (!icmp) return true;
  const auto type = static_cast<uint8_t>(icmp->type());
  return type > 31 || (endpoint.settings.icmp_filter >> type & 1) == 0;
}

}  // namespace

Result<EndpointId> Raw::open(Family family, uint8_t protocol, mem::Index owner) {
  const auto id = table_.open(family, protocol, owner);
  if (!id.ok()) return id;
  DatagramEndpoint& endpoint = *table_.find(*id);
  endpoint.settings.header_included = protocol == wire::ip_protocol::kRaw;
  if (family == Family::kIp6) {
    const bool is_icmp = protocol == wire::ip_protocol::kIcmp6;
    ip6_[ip6_index(*id)] = {{}, is_icmp ? kIcmp6ChecksumOffset : -1};
  }
  table_.file(endpoint, hash(protocol));
  return id;
}

Status Raw::bind(Context&, const net::Network& network, EndpointId id, const Endpoint& local) {
  DatagramEndpoint& endpoint = *table_.find(id);
  if (endpoint.is_connected) return Error::kInvalid;
  const Status usable = check_bind_address(network, endpoint, local.address);
  if (!usable.ok()) return usable;
  endpoint.local.address = local.address;
  endpoint.is_address_bound = !local.address.is_any();
  return Status();
}

Status Raw::connect(Context& ctx, const net::Network& network, EndpointId id,
                    const Endpoint& peer) {
  return connect_address(ctx, network, *table_.find(id), peer.address);
}

void Raw::disconnect(EndpointId id) { disconnect_address(*table_.find(id)); }

Result<size_t> Raw::send(Context& ctx, net::Network& network, EndpointId id,
                         std::span<const mem::ConstBytes> parts, const DatagramInfo& to) {
  DatagramEndpoint& endpoint = *table_.find(id);
  const size_t bytes = total_bytes(parts);
  const bool header_included = endpoint.settings.header_included;
  if (bytes > bytes_max(endpoint)) return Error::kMessageTooLong;
  auto target = target_to_send_to(ctx, network, endpoint, to, false);
  if (!target.ok()) return target.error();
  if (header_included && bytes < header_bytes(endpoint)) return Error::kInvalid;
  target->params.header_included = header_included;
  const auto index = packet_from(ctx, parts);
  if (!index.ok()) return index.error();
  mem::PacketPtr packet = ctx.memory.adopt(*index);
  if (const Status filled = fill_checksum(ctx, endpoint, *packet, target->route); !filled.ok()) {
    return filled.error();
  }
  const Status sent = transport::send(ctx, network, endpoint, std::move(packet), *target);
  if (!sent.ok() && !is_untold(endpoint, *target, sent)) return sent.error();
  return bytes;
}

Status Raw::set_checksum_offset(EndpointId id, int64_t offset) {
  const bool is_icmp = table_.find(id)->protocol == wire::ip_protocol::kIcmp6;
  if (is_icmp || offset > kChecksumOffsetMax || (offset > 0 && offset % 2 != 0)) {
    return Error::kInvalid;
  }
  ip6_[ip6_index(id)].checksum_offset = offset < 0 ? -1 : static_cast<int32_t>(offset);
  return Status();
}

// RFC 3542 3.1: the stack computes it, since it chooses the source address.
Status Raw::fill_checksum(Context& ctx, const DatagramEndpoint& endpoint, mem::Packet& packet,
                          const net::Route& route) const {
  if (endpoint.family != Family::kIp6 || endpoint.settings.header_included) return Status();
  const int32_t offset = ip6_[ip6_index(endpoint.id)].checksum_offset;
  if (offset < 0) return Status();
  const auto at = static_cast<uint32_t>(offset);
  if (packet.size() < at + 2) return Error::kInvalid;
  uint8_t* front = net::own_front(ctx, packet, at + 2);
  if (front == nullptr) return Error::kNoBuffers;
  store_be16(front + at, 0);
  ChecksumSum sum =
      wire::pseudo_header_sum(route.source, route.destination, endpoint.protocol, packet.size());
  sum.add_word(ctx.memory.sum(packet, 0, packet.size()));
  store_be16(front + at, sum.checksum());
  return Status();
}

bool Raw::is_wanted(const Context& ctx, const DatagramEndpoint& endpoint,
                    const mem::Packet& packet) const {
  if (endpoint.receive_shut || !is_near_enough(endpoint, packet.info)) return false;
  if (endpoint.family != Family::kIp6) return passes_filter(ctx, endpoint, packet);
  const Ip6Part& part = ip6_[ip6_index(endpoint.id)];
  if (endpoint.protocol == wire::ip_protocol::kIcmp6) {
    return passes_icmp6_filter(ctx, part.filter, packet);
  }
  return part.checksum_offset < 0 || is_checksum_good(ctx, packet);
}

bool Raw::input(Context& ctx, const net::Network& network, const mem::Packet& packet) {
  bool has_taker = false;
  if (table_.used() == 0) return has_taker;
  const mem::PacketInfo& info = packet.info;
  table_.visit(hash(info.protocol), [&](DatagramEndpoint& endpoint) {
    if (endpoint.protocol != info.protocol ||
        !endpoint.takes(info.destination, info.source, info.interface)) {
      return;
    }
    if (info.destination.is_multicast() &&
        !network.accepts_group(endpoint.owner, info, endpoint.takes_all_groups(info.destination))) {
      return;
    }
    has_taker = true;
    if (!is_wanted(ctx, endpoint, packet)) return;
    mem::PacketPtr copy = ctx.memory.clone(packet, mem::Priority::kData);
    if (!copy) {
      ctx.drop(DropReason::kMemoryNoPacket);
      return;
    }
    // raw_rcv of IPv4 begins at the IP header, rawv6_rcv behind it.
    const uint32_t begin = endpoint.family == Family::kIp6 ? info.ip_header_bytes : 0;
    if (!passes_socket_filter(ctx, network, endpoint.filter, *copy, {begin, 0})) return;
    copy->info.source_port = {};
    if (enqueue(ctx, endpoint, std::move(copy), begin, DropReason::kRawReceiveQueueFull)) {
      table_.add_news(endpoint);
    }
  });
  return has_taker;
}

void Raw::on_icmp_error(Context& ctx, const net::IcmpError& error) {
  table_.visit(hash(error.protocol), [&](DatagramEndpoint& endpoint) {
    if (endpoint.protocol == error.protocol &&
        endpoint.takes(error.source, error.destination, error.interface) &&
        transport::on_icmp_error(ctx, endpoint, error, 0, Port{})) {
      table_.add_news(endpoint);
    }
  });
}

}  // namespace tapstack::transport
