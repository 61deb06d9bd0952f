#include "transport/udp.h"

#include <array>
#include <utility>

#include "net/family.h"
#include "transport/port_group.h"
#include "transport/socket_filter.h"
#include "util/checksum.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/pseudo_header.h"
#include "wire/udp.h"

namespace tapstack::transport {
namespace {

// How well an endpoint fits a datagram; -1 not at all. As Linux: every further thing that is fixed
// makes it better.
int score(const DatagramEndpoint& endpoint, const Udp::Addressee& to) {
  const Flow& flow = to.flow;
  if (endpoint.local.port != flow.local.port) return -1;
  if (kConfig.udp_lite && endpoint.protocol != to.protocol) return -1;
  if (!endpoint.takes(flow.local.address, flow.remote.address, to.interface)) return -1;
  if (endpoint.is_connected && endpoint.remote.port != flow.remote.port) return -1;
  int score = 0;
  if (endpoint.family == flow.local.address.family()) score += 1;
  if (!endpoint.local.address.is_any()) score += 4;
  if (endpoint.is_connected) score += 8;
  if (endpoint.settings.interface.value != 0) score += 4;
  return score;
}

// SO_REUSEPORT: each has a share of what comes from everywhere.
bool share_port(const DatagramEndpoint& a, const DatagramEndpoint& b) {
  return a.settings.reuse_port && b.settings.reuse_port && !a.is_connected;
}

// UDP-Lite of RFC 3828; UDP otherwise.
bool is_lite(uint8_t protocol) {
  return kConfig.udp_lite && protocol == wire::ip_protocol::kUdpLite;
}

struct Peer {
  const IpAddress& address;
  uint8_t protocol;
};

// Counts a datagram from or to `peer`: IPv6 has counters of its own, as on Linux. UDP-Lite, which
// is none of UDP's there either, is not counted.
void count(Context& ctx, const Peer& peer, Mib ip4, Mib ip6) {
  if (is_lite(peer.protocol)) return;
  ctx.counters.count(net::mib_of(peer.address, ip4, ip6));
}

void drop(Context& ctx, const mem::PacketInfo& info, const UdpRefusal& refusal) {
  ctx.drop(refusal.reason);
  count(ctx, {info.source, info.protocol}, refusal.mib4, refusal.mib6);
}

// RFC 3828 3.1: UDP-Lite always does.
bool makes_checksum(const DatagramEndpoint& endpoint, const Target& target) {
  const DatagramSettings& settings = endpoint.settings;
  if (is_lite(endpoint.protocol)) return true;
  return target.to.address.is_ip6() ? !settings.ip6.no_checksum_sent : !settings.no_checksum;
}

// What is in front of the payload's datagram: the IP header with what is set in it.
uint32_t ip_header_bytes(const Target& target) {
  const net::PacketOptions* options = target.params.options;
  const bool is_ip6 = target.route.source.is_ip6();
  return (is_ip6 ? wire::Ip6View::kHeaderBytes : uint32_t{wire::Ip4View::kHeaderBytesMin}) +
         (options != nullptr ? options->bytes(is_ip6) : 0);
}

// Why a datagram of `bytes` cannot be sent, if so. For what a device would have to cut, as
// udp_send_skb of Linux: EMSGSIZE where one does not fit the path, EINVAL without a checksum, EIO
// where devices do not know the protocol.
Error length_error(const DatagramEndpoint& endpoint, const Target& target, size_t bytes,
                   uint32_t segmented_bytes) {
  const size_t bytes_max = udp_payload_max(target.to.address.family());
  if (bytes > bytes_max || segmented_bytes > bytes_max) return Error::kMessageTooLong;
  if (segmented_bytes == 0) return Error::kNone;
  const size_t packet_bytes = ip_header_bytes(target) + wire::UdpView::kHeaderBytes + bytes;
  if (packet_bytes > target.route.mtu_bytes) return Error::kMessageTooLong;
  if (!makes_checksum(endpoint, target)) return Error::kInvalid;
  return is_lite(endpoint.protocol) ? Error::kInputOutput : Error::kNone;
}

// Fills the checksum of the header in front of `packet`, or leaves it to the device.
void set_checksum(const Context& ctx, mem::Packet& packet, std::span<uint8_t> header,
                  const Target& target) {
  const net::Route& route = target.route;
  const auto length = static_cast<uint16_t>(packet.size());
  ChecksumSum sum =
      wire::pseudo_header_sum(route.source, route.destination, wire::ip_protocol::kUdp, length);
  wire::UdpEditor editor(header);
  if (route.can_checksum && length + ip_header_bytes(target) <= route.mtu_bytes) {
    editor.set_checksum(sum.folded());
    packet.info.offload.checksum = mem::ChecksumState::kPartial;
    packet.info.offload.checksum_start = 0;
    packet.info.offload.checksum_offset = wire::UdpView::kChecksumOffset;
    return;
  }
  sum.add_word(ctx.memory.sum(packet, 0, length));
  editor.set_checksum(wire::udp_checksum(sum.checksum()));
}

// The same for UDP-Lite. Devices do not know it.
void set_lite_checksum(const Context& ctx, mem::Packet& packet, std::span<uint8_t> header,
                       const Target& target, uint16_t covered_bytes) {
  const net::Route& route = target.route;
  wire::UdpEditor editor(header);
  editor.set_length(covered_bytes);
  ChecksumSum sum = wire::pseudo_header_sum(route.source, route.destination,
                                            wire::ip_protocol::kUdpLite, packet.size());
  sum.add_word(ctx.memory.sum(packet, 0, covered_bytes));
  editor.set_checksum(wire::udp_checksum(sum.checksum()));
}

// Gives the payload its header and sends it.
Status transmit(Context& ctx, net::Network& network, DatagramEndpoint& endpoint,
                mem::PacketPtr packet, const Target& target) {
  uint8_t* header = ctx.memory.prepend(*packet, wire::UdpView::kHeaderBytes);
  const std::span<uint8_t> header_bytes(header, wire::UdpView::kHeaderBytes);
  const auto bytes = static_cast<uint16_t>(packet->size());
  wire::emit(header_bytes, {endpoint.local.port, target.to.port, bytes, 0});
  if (is_lite(endpoint.protocol)) {
    const uint16_t covered_bytes = endpoint.settings.coverage.of_datagram(bytes);
    set_lite_checksum(ctx, *packet, header_bytes, target, covered_bytes);
  } else if (makes_checksum(endpoint, target)) {
    set_checksum(ctx, *packet, header_bytes, target);
  }
  const Status sent = transport::send(ctx, network, endpoint, std::move(packet), target);
  const Peer peer{target.to.address, endpoint.protocol};
  if (sent.ok()) {
    count(ctx, peer, Mib::kUdpOutDatagrams, Mib::kUdp6OutDatagrams);
  } else if (sent.error() == Error::kNoBuffers) {
    count(ctx, peer, Mib::kUdpSndbufErrors, Mib::kUdp6SndbufErrors);
  }
  return is_untold(endpoint, target, sent) ? Status() : sent;
}

}  // namespace

void Udp::start(Random& random) {
  table_.start(random);
  ports_.start(random);
}

Result<EndpointId> Udp::open(Family family, uint8_t protocol, mem::Index owner) {
  return table_.open(family, protocol, owner);
}

void Udp::close(Context& ctx, EndpointId id) {
  release_port(*table_.find(id));
  table_.close(ctx, id);
}

// Connected endpoints are found by both ends, so that many of them on one port cost nothing.
void Udp::file(DatagramEndpoint& endpoint) {
  const uint32_t hash = endpoint.is_connected ? table_.hash(Flow{endpoint.local, endpoint.remote})
                                              : table_.hash(endpoint.local.port);
  table_.file(endpoint, hash);
}

Status Udp::claim_port(Context& ctx, DatagramEndpoint& endpoint, const Endpoint& local) {
  const DatagramSettings& settings = endpoint.settings;
  const BindRequest request{local,
                            settings.interface,
                            settings.reuse_address,
                            settings.reuse_port,
                            settings.ip6.only,
                            endpoint.protocol};
  const auto binding = ports_.bind(request, ctx.random);
  if (!binding.ok()) return binding.error();
  endpoint.binding = *binding;
  endpoint.local = {local.address, ports_.get(*binding)->claim.local.port};
  return Status();
}

void Udp::release_port(DatagramEndpoint& endpoint) {
  if (endpoint.binding.is_null()) return;
  ports_.release(endpoint.binding);
  endpoint.binding = {};
  endpoint.local.port = {};
  table_.unfile(endpoint);
}

Status Udp::bind(Context& ctx, const net::Network& network, EndpointId id, const Endpoint& local) {
  DatagramEndpoint& endpoint = *table_.find(id);
  const Status usable = check_bind_address(network, endpoint, local.address);
  // __inet_bind looks at the address first, __inet6_bind at the state.
  if (!usable.ok() && endpoint.family == Family::kIp4) return usable;
  if (!endpoint.binding.is_null()) return Error::kInvalid;
  if (!usable.ok()) return usable;
  const Status claimed = claim_port(ctx, endpoint, local);
  if (!claimed.ok()) return claimed;
  endpoint.is_address_bound = !local.address.is_any();
  endpoint.is_port_bound = local.port.value != 0;
  file(endpoint);
  return Status();
}

Status Udp::connect(Context& ctx, const net::Network& network, EndpointId id,
                    const Endpoint& peer) {
  DatagramEndpoint& endpoint = *table_.find(id);
  DatagramInfo to;
  to.peer = peer;
  const auto target = choose_target(ctx, network, endpoint, to);
  if (!target.ok()) return target.error();
  if (endpoint.binding.is_null()) {
    const Status claimed = claim_port(ctx, endpoint, {endpoint.local.address, Port{}});
    if (!claimed.ok()) return claimed;
  }
  if (!endpoint.is_address_bound) endpoint.local.address = target->route.source;
  endpoint.remote = target->to;
  endpoint.is_connected = true;
  file(endpoint);
  return Status();
}

void Udp::disconnect(EndpointId id) {
  DatagramEndpoint& endpoint = *table_.find(id);
  endpoint.is_connected = false;
  endpoint.remote = {};
  if (!endpoint.is_address_bound) endpoint.local.address = IpAddress::any(endpoint.family);
  // As Linux (__udp_disconnect): a port that bind() did not name goes, without a peer, too.
  if (!endpoint.is_port_bound) {
    release_port(endpoint);
  } else {
    file(endpoint);
  }
}

Status Udp::ensure_port(Context& ctx, DatagramEndpoint& endpoint) {
  if (!endpoint.binding.is_null()) return Status();
  const Status claimed = claim_port(ctx, endpoint, {endpoint.local.address, Port{}});
  if (claimed.ok()) file(endpoint);
  return claimed;
}

Result<size_t> Udp::send(Context& ctx, net::Network& network, EndpointId id,
                         std::span<const mem::ConstBytes> parts, const DatagramInfo& to) {
  DatagramEndpoint& endpoint = *table_.find(id);
  const bool is_more = to.more || endpoint.settings.cork;
  if (endpoint.corked.is_pending()) return hold(ctx, network, id, parts, is_more);
  const size_t bytes = total_bytes(parts);
  // udp_sendmsg looks at the length first, udpv6_sendmsg at the address.
  const bool is_too_long = bytes > udp_payload_max(endpoint.family);
  if (is_too_long && endpoint.family == Family::kIp4) return Error::kMessageTooLong;
  if (to.peer.address.family() != Family::kNone && to.peer.port.value == 0) {
    return Error::kInvalid;
  }
  const auto target = target_to_send_to(ctx, network, endpoint, to, is_too_long);
  if (!target.ok()) return target.error();
  const Error too_long = length_error(endpoint, *target, bytes, to.segmented_bytes);
  if (too_long != Error::kNone) return too_long;
  if (const Status claimed = ensure_port(ctx, endpoint); !claimed.ok()) return claimed.error();
  if (is_more) {
    DatagramInfo chosen = to;
    chosen.peer = target->to;
    if (const Status begun = endpoint.corked.begin(ctx, chosen); !begun.ok()) return begun.error();
    return hold(ctx, network, id, parts, true);
  }
  const auto index = packet_from(ctx, parts);
  if (!index.ok()) return index.error();
  const Status sent = transmit(ctx, network, endpoint, ctx.memory.adopt(*index), *target);
  if (!sent.ok()) return sent.error();
  return bytes;
}

// Adds to what is held back; the last of it lets it go.
Result<size_t> Udp::hold(Context& ctx, net::Network& network, EndpointId id,
                         std::span<const mem::ConstBytes> parts, bool is_more) {
  CorkedDatagram& corked = table_.find(id)->corked;
  const size_t bytes_max = udp_payload_max(corked.family(ctx.memory));
  if (const Status added = corked.append(ctx, parts, bytes_max); !added.ok()) return added.error();
  if (!is_more) {
    if (const Status sent = push(ctx, network, id); !sent.ok()) return sent.error();
  }
  return total_bytes(parts);
}

Status Udp::push(Context& ctx, net::Network& network, EndpointId id) {
  DatagramEndpoint& endpoint = *table_.find(id);
  if (!endpoint.corked.is_pending()) return Status();
  DatagramInfo to;
  net::PacketOptions options;
  mem::PacketPtr packet = endpoint.corked.take(ctx.memory, to, options);
  const auto target = choose_target(ctx, network, endpoint, to);
  if (!target.ok()) return target.error();
  if (const Status claimed = ensure_port(ctx, endpoint); !claimed.ok()) return claimed;
  return transmit(ctx, network, endpoint, std::move(packet), *target);
}

DatagramEndpoint* Udp::best_match(const Addressee& to) {
  DatagramEndpoint* best = nullptr;
  int best_score = -1;
  const auto is_before = [&](const DatagramEndpoint& a, const DatagramEndpoint& b) {
    const uint32_t hash = table_.group_hash(to.flow);
    return group_rank(hash, a.id.index) > group_rank(hash, b.id.index);
  };
  const auto consider = [&](DatagramEndpoint& endpoint) {
    const int s = score(endpoint, to);
    const bool is_shared = s == best_score && best != nullptr && share_port(endpoint, *best);
    if (is_shared ? !is_before(endpoint, *best) : s <= best_score) return;
    best = &endpoint;
    best_score = s;
  };
  table_.visit(table_.hash(to.flow), consider);
  if (best == nullptr) table_.visit(table_.hash(to.flow.local.port), consider);
  return best;
}

void Udp::deliver(Context& ctx, const net::Network& network, DatagramEndpoint& endpoint,
                  mem::PacketPtr packet) {
  if (!is_near_enough(endpoint, packet->info)) {
    ctx.drop(DropReason::kIpTooFar);
    return;
  }
  if (endpoint.receive_shut) {
    ctx.drop(DropReason::kUdpShutDown);
    return;
  }
  const FilterPlace place{packet->info.ip_header_bytes, wire::UdpView::kHeaderBytes};
  if (!passes_socket_filter(ctx, network, endpoint.filter, *packet, place)) return;
  const IpAddress source = packet->info.source;
  const Peer from{source, endpoint.protocol};
  const uint32_t header_bytes =
      packet->info.ip_header_bytes + uint32_t{wire::UdpView::kHeaderBytes};
  const bool taken =
      enqueue(ctx, endpoint, std::move(packet), header_bytes, DropReason::kUdpReceiveQueueFull);
  if (taken) {
    count(ctx, from, Mib::kUdpInDatagrams, Mib::kUdp6InDatagrams);
  } else {
    count(ctx, from, Mib::kUdpRcvbufErrors, Mib::kUdp6RcvbufErrors);
  }
  if (taken) table_.add_news(endpoint);
}

// RFC 1122 4.1.3.5, and Linux: a copy for everyone who listens on the port.
void Udp::deliver_to_all(Context& ctx, const net::Network& network, const UdpArrival& arrival,
                         mem::PacketPtr packet) {
  const Flow& flow = arrival.flow;
  const mem::PacketInfo info = packet->info;
  const Addressee to{flow, arrival.protocol, info.interface};
  DatagramEndpoint* last = nullptr;
  const auto consider = [&](DatagramEndpoint& endpoint) {
    if (score(endpoint, to) < 0 || !arrival.is_covered_for(endpoint)) return;
    if (info.destination.is_multicast() &&
        !network.accepts_group(endpoint.owner, info, endpoint.takes_all_groups(info.destination))) {
      return;
    }
    if (last != nullptr) {
      mem::PacketPtr copy = ctx.memory.clone(*packet, mem::Priority::kData);
      if (copy) deliver(ctx, network, *last, std::move(copy));
    }
    last = &endpoint;
  };
  table_.visit(table_.hash(flow), consider);
  if (table_.hash(flow) != table_.hash(flow.local.port)) {
    table_.visit(table_.hash(flow.local.port), consider);
  }
  if (last == nullptr) {
    ctx.drop(DropReason::kUdpNoPort);
    count(ctx, {info.source, info.protocol}, Mib::kUdpIgnoredMulti, Mib::kUdp6IgnoredMulti);
    return;
  }
  deliver(ctx, network, *last, std::move(packet));
}

void Udp::input(Context& ctx, net::Network& network, mem::PacketPtr packet) {
  UdpArrival arrival;
  UdpRefusal refusal{};
  if (!read_arrival(ctx, *packet, arrival, refusal)) {
    drop(ctx, packet->info, refusal);
    return;
  }
  if (packet->info.ip_broadcast || packet->info.destination.is_multicast()) {
    deliver_to_all(ctx, network, arrival, std::move(packet));
    return;
  }
  DatagramEndpoint* endpoint = best_match({arrival.flow, arrival.protocol, packet->info.interface});
  if (endpoint != nullptr ? !arrival.is_covered_for(*endpoint) : arrival.lacks_checksum) {
    drop(ctx, packet->info, kUdpUncovered);
    return;
  }
  if (endpoint == nullptr) {
    ctx.drop(DropReason::kUdpNoPort);
    count(ctx, {packet->info.source, arrival.protocol}, Mib::kUdpNoPorts, Mib::kUdp6NoPorts);
    network.refuse(ctx, std::move(packet), net::Refusal::kPort);  // RFC 1122 4.1.3.1
    return;
  }
  deliver(ctx, network, *endpoint, std::move(packet));
}

void Udp::on_icmp_error(Context& ctx, const net::IcmpError& error) {
  const auto udp = wire::UdpView::parse_quoted({error.quoted, error.quoted_bytes});
  if (!udp) return;
  const Flow flow{{error.source, udp->source()}, {error.destination, udp->destination()}};
  DatagramEndpoint* endpoint = best_match({flow, error.protocol, error.interface});
  if (endpoint == nullptr) return;
  if (transport::on_icmp_error(ctx, *endpoint, error, wire::UdpView::kHeaderBytes,
                               udp->destination())) {
    table_.add_news(*endpoint);
  }
}

}  // namespace tapstack::transport
