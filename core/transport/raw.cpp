#include "transport/raw.h"

#include <utility>

#include "wire/icmp4.h"
#include "wire/ip4.h"

namespace tapstack::transport {
namespace {

constexpr size_t kIpPacketMax = 65'535;
constexpr size_t kIp4HeaderMin = 20;

bool wants_flow(const DatagramEndpoint& endpoint, const IpAddress& local, const IpAddress& remote,
                InterfaceId interface) {
  const InterfaceId bound = endpoint.settings.interface;
  return (endpoint.local.address.is_any() || endpoint.local.address == local) &&
         (!endpoint.is_connected || endpoint.remote.address == remote) &&
         (bound.value == 0 || bound == interface);
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

Result<EndpointId> Raw::open(uint8_t protocol, mem::Index owner) {
  const auto id = table_.open(protocol, owner);
  if (!id.ok()) return id;
  DatagramEndpoint& endpoint = *table_.find(*id);
  endpoint.settings.header_included = protocol == wire::ip_protocol::kRaw;
  table_.file(endpoint, hash(protocol));
  return id;
}

Status Raw::bind(Context&, const net::Network& network, EndpointId id, const Endpoint& local) {
  DatagramEndpoint& endpoint = *table_.find(id);
  if (endpoint.is_connected) return Error::kInvalid;
  const Status usable = check_bind_address(network, local.address);
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
  if (bytes > kIpPacketMax - (header_included ? 0 : kIp4HeaderMin)) return Error::kMessageTooLong;
  if (header_included && bytes < kIp4HeaderMin) return Error::kInvalid;
  if (const Error error = take_error(endpoint); error != Error::kNone) return error;
  auto target = choose_target(ctx, network, endpoint, to);
  if (!target.ok()) return target.error();
  target->params.header_included = header_included;
  const auto index = packet_from(ctx, parts);
  if (!index.ok()) return index.error();
  const Status sent = transport::send(ctx, network, endpoint, ctx.memory.adopt(*index), *target);
  if (!sent.ok()) return sent.error();
  return bytes;
}

bool Raw::input(Context& ctx, const mem::Packet& packet) {
  bool is_wanted = false;
  if (table_.used() == 0) return is_wanted;
  const mem::PacketInfo& info = packet.info;
  table_.visit(hash(info.protocol), [&](DatagramEndpoint& endpoint) {
    if (endpoint.protocol != info.protocol ||
        !wants_flow(endpoint, info.destination, info.source, info.interface)) {
      return;
    }
    is_wanted = true;
    if (endpoint.receive_shut || !passes_filter(ctx, endpoint, packet)) return;
    mem::PacketPtr copy = ctx.memory.clone(packet, mem::Priority::kData);
    if (!copy) {
      ctx.drop(DropReason::kMemoryNoPacket);
      return;
    }
    copy->info.source_port = {};
    if (endpoint.received.push(ctx, std::move(copy), endpoint.settings.receive_buffer_bytes,
                               DropReason::kRawReceiveQueueFull)) {
      table_.add_news(endpoint);
    }
  });
  return is_wanted;
}

void Raw::on_icmp_error(Context& ctx, const net::IcmpError& error) {
  table_.visit(hash(error.protocol), [&](DatagramEndpoint& endpoint) {
    if (endpoint.protocol == error.protocol &&
        wants_flow(endpoint, error.source, error.destination, error.interface) &&
        transport::on_icmp_error(ctx, endpoint, error, 0, Port{})) {
      table_.add_news(endpoint);
    }
  });
}

}  // namespace tapstack::transport
