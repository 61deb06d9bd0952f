#include "transport/ping.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "net/icmp_counters.h"
#include "transport/socket_filter.h"
#include "util/checksum.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ip_protocol.h"
#include "wire/pseudo_header.h"

namespace tapstack::transport {
namespace {

constexpr uint32_t kIdentifiers = 65'536;

// The largest message: a packet of 65,535 bytes less IPv4's header, which IPv6 does not count.
size_t message_max(Family family) { return family == Family::kIp6 ? 65'535 : 65'515; }

enum class Echo : uint8_t { kRequest, kReply };

// The identifier of an echo message (RFC 792, RFC 4443 4); nothing when `header` is none.
std::optional<Port> identifier_of(Family family, std::span<const uint8_t> header, Echo which) {
  const bool is_request = which == Echo::kRequest;
  if (family == Family::kIp6) {
    const auto icmp = wire::Icmp6View::parse(header);
    const auto type = is_request ? wire::Icmp6Type::kEcho : wire::Icmp6Type::kEchoReply;
    if (!icmp || icmp->type() != type || icmp->code() != 0) return std::nullopt;
    return Port{icmp->identifier()};
  }
  const auto icmp = wire::Icmp4View::parse(header);
  const auto type = is_request ? wire::Icmp4Type::kEcho : wire::Icmp4Type::kEchoReply;
  if (!icmp || icmp->type() != type || icmp->code() != 0) return std::nullopt;
  return Port{icmp->identifier()};
}

// RFC 792; with a pseudo header RFC 4443 2.3.
uint16_t checksum_of(const Context& ctx, const mem::Packet& packet, const net::Route& route) {
  ChecksumSum sum;
  if (route.source.is_ip6()) {
    sum = wire::pseudo_header_sum(route.source, route.destination, wire::ip_protocol::kIcmp6,
                                  packet.size());
  }
  sum.add_word(ctx.memory.sum(packet, 0, packet.size()));
  return sum.checksum();
}

void count_request(Context& ctx, Family family) {
  if (family == Family::kIp6) {
    net::count_icmp6_out(ctx, static_cast<uint8_t>(wire::Icmp6Type::kEcho));
  } else {
    net::count_icmp4_out(ctx, static_cast<uint8_t>(wire::Icmp4Type::kEcho));
  }
}

// The first bytes of what `parts` hold, as many as `to` takes; returns how many there were.
size_t copy_front(std::span<const mem::ConstBytes> parts, std::span<uint8_t> to) {
  size_t done = 0;
  for (const mem::ConstBytes& part : parts) {
    const size_t n = std::min(part.size(), to.size() - done);
    std::copy_n(part.begin(), n, to.begin() + static_cast<std::ptrdiff_t>(done));
    done += n;
  }
  return done;
}

}  // namespace

Result<EndpointId> Ping::open(Family family, uint8_t protocol, mem::Index owner) {
  return table_.open(family, protocol, owner);
}

DatagramEndpoint* Ping::match(Port identifier, const IpAddress& local, InterfaceId interface) {
  DatagramEndpoint* found = nullptr;
  table_.visit(table_.hash(identifier), [&](DatagramEndpoint& endpoint) {
    const InterfaceId bound = endpoint.settings.interface;
    const bool matches = endpoint.local.port == identifier && endpoint.bound().takes(local) &&
                         (bound.value == 0 || bound == interface);
    if (matches && found == nullptr) found = &endpoint;
  });
  return found;
}

bool Ping::is_free(Port identifier) {
  bool is_free = true;
  table_.visit(table_.hash(identifier), [&](const DatagramEndpoint& endpoint) {
    if (endpoint.local.port == identifier) is_free = false;
  });
  return is_free;
}

Status Ping::claim_identifier(Context& ctx, DatagramEndpoint& endpoint, Port identifier) {
  if (identifier.value != 0 && !is_free(identifier)) return Error::kAddressInUse;
  // There are fewer endpoints than identifiers: the search ends.
  static_assert(kConfig.raw_endpoints < kIdentifiers - 1);
  while (identifier.value == 0 || !is_free(identifier)) {
    identifier.value = static_cast<uint16_t>(ctx.random.below(kIdentifiers));
  }
  endpoint.local.port = identifier;
  table_.file(endpoint, table_.hash(identifier));
  return Status();
}

Status Ping::bind(Context& ctx, const net::Network& network, EndpointId id, const Endpoint& local) {
  DatagramEndpoint& endpoint = *table_.find(id);
  if (endpoint.local.port.value != 0) return Error::kInvalid;
  if (const Status usable = check_bind_address(network, endpoint, local.address); !usable.ok()) {
    return usable;
  }
  const Status claimed = claim_identifier(ctx, endpoint, local.port);
  if (!claimed.ok()) return claimed;
  endpoint.local.address = local.address;
  endpoint.is_address_bound = !local.address.is_any();
  return Status();
}

Status Ping::connect(Context& ctx, const net::Network& network, EndpointId id,
                     const Endpoint& peer) {
  DatagramEndpoint& endpoint = *table_.find(id);
  const Status connected = connect_address(ctx, network, endpoint, peer.address);
  if (!connected.ok() || endpoint.local.port.value != 0) return connected;
  return claim_identifier(ctx, endpoint, Port{});
}

void Ping::disconnect(EndpointId id) { disconnect_address(*table_.find(id)); }

Result<size_t> Ping::send(Context& ctx, net::Network& network, EndpointId id,
                          std::span<const mem::ConstBytes> parts, const DatagramInfo& to) {
  DatagramEndpoint& endpoint = *table_.find(id);
  const size_t bytes = total_bytes(parts);
  if (bytes > message_max(endpoint.family)) return Error::kMessageTooLong;
  uint8_t header[wire::kIcmpHeaderBytes];
  if (copy_front(parts, header) < sizeof header) return Error::kInvalid;
  if (!identifier_of(endpoint.family, header, Echo::kRequest)) return Error::kInvalid;
  const auto target = target_to_send_to(ctx, network, endpoint, to, false);
  if (!target.ok()) return target.error();
  if (endpoint.local.port.value == 0) {
    const Status claimed = claim_identifier(ctx, endpoint, Port{});
    if (!claimed.ok()) return claimed.error();
  }

  const auto index = packet_from(ctx, parts);
  if (!index.ok()) return index.error();
  mem::PacketPtr packet = ctx.memory.adopt(*index);
  uint8_t* bytes_in_packet = ctx.memory.pull(*packet, sizeof header);
  wire::IcmpEditor editor({bytes_in_packet, sizeof header});
  editor.set_identifier(endpoint.local.port.value);
  editor.set_checksum(0);
  editor.set_checksum(checksum_of(ctx, *packet, target->route));
  const Status sent = transport::send(ctx, network, endpoint, std::move(packet), *target);
  if (!sent.ok()) return sent.error();
  count_request(ctx, endpoint.family);
  return bytes;
}

void Ping::input(Context& ctx, const net::Network& network, mem::PacketPtr packet) {
  const uint32_t ip_bytes = packet->info.ip_header_bytes;
  if (packet->size() < ip_bytes + wire::kIcmpHeaderBytes) return;
  uint8_t header[wire::kIcmpHeaderBytes];
  ctx.memory.copy_out(*packet, ip_bytes, header);
  const auto identifier = identifier_of(packet->info.destination.family(), header, Echo::kReply);
  if (!identifier) return;
  DatagramEndpoint* endpoint = match(*identifier, packet->info.destination, packet->info.interface);
  if (endpoint == nullptr || endpoint->receive_shut) {
    ctx.drop(DropReason::kIcmpEchoReplyNoSocket);
    return;
  }
  if (!passes_socket_filter(ctx, network, endpoint->filter, *packet, {ip_bytes, 0})) return;
  packet->info.source_port = {};
  if (enqueue(ctx, *endpoint, std::move(packet), ip_bytes, DropReason::kRawReceiveQueueFull)) {
    table_.add_news(*endpoint);
  }
}

void Ping::on_icmp_error(Context& ctx, const net::IcmpError& error) {
  const auto identifier =
      identifier_of(error.source.family(), {error.quoted, error.quoted_bytes}, Echo::kRequest);
  if (!identifier) return;
  DatagramEndpoint* endpoint = match(*identifier, error.source, error.interface);
  if (endpoint == nullptr) return;
  // As Linux: what a program gets back begins with the ICMP header that it sent.
  if (transport::on_icmp_error(ctx, *endpoint, error, 0, Port{})) table_.add_news(*endpoint);
}

}  // namespace tapstack::transport
