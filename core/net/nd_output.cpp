#include "net/nd_output.h"

#include <utility>

#include "net/egress.h"
#include "wire/ip6.h"
#include "wire/nd.h"
#include "wire/nd_options.h"
#include "wire/pseudo_header.h"

namespace tapstack::net {
namespace {

using link::Interface;
using link::InterfaceAddress;
using wire::NdMessage;
using wire::NdOption;
using wire::NdOptionType;
using wire::NdType;

constexpr uint8_t kHopLimit = 255;  // proves to the receiver that no router has forwarded it
constexpr uint8_t kHeaderBytes = wire::Ip6View::kHeaderBytes;
constexpr size_t kChecksumOffset = wire::nd_field::kChecksum;

struct Envelope {
  InterfaceId interface;
  IpAddress source;
  IpAddress destination;
};

// The option that follows a message, if one does; each is of NdOption::kUnitBytes.
struct Trailer {
  NdOptionType type = NdOptionType::kSourceLinkLayer;
  bool is_present = false;
  MacAddress mac;
  wire::NdNonce nonce{};

  static Trailer link_layer(NdOptionType type, const MacAddress& mac) {
    return {type, true, mac, {}};
  }
  size_t bytes() const { return is_present ? NdOption::kUnitBytes : 0; }
};

void emit(std::span<uint8_t> out, const Trailer& trailer) {
  if (!trailer.is_present) return;
  if (trailer.type == NdOptionType::kNonce) return wire::emit_nonce_option(out, trailer.nonce);
  wire::emit_link_layer_option(out, trailer.type, trailer.mac);
}

void send(Context& ctx, Parts& parts, const Envelope& to, const NdMessage& message,
          const Trailer& trailer) {
  const size_t size = message.bytes() + trailer.bytes();
  mem::PacketPtr packet = ctx.memory.new_packet(mem::Priority::kControl);
  uint8_t* bytes =
      packet ? ctx.memory.prepend(*packet, static_cast<uint32_t>(kHeaderBytes + size)) : nullptr;
  if (bytes == nullptr) {
    ctx.drop(DropReason::kMemoryNoPacket);
    return;
  }
  const std::span<uint8_t> body(bytes + kHeaderBytes, size);
  wire::emit(body, message);
  emit(body.subspan(message.bytes()), trailer);
  ChecksumSum sum = wire::pseudo_header_sum(to.source, to.destination, wire::ip_protocol::kIcmp6,
                                            static_cast<uint32_t>(size));
  sum.add(body);
  store_be16(body.data() + kChecksumOffset, sum.checksum());
  wire::emit({bytes, kHeaderBytes}, wire::Ip6Header{.payload_bytes = static_cast<uint16_t>(size),
                                                    .next_header = wire::ip_protocol::kIcmp6,
                                                    .hop_limit = kHopLimit,
                                                    .source = to.source.ip6(),
                                                    .destination = to.destination.ip6()});
  mem::PacketInfo& info = packet->info;
  info.interface = to.interface;
  info.source = to.source;
  info.destination = info.next_hop = to.destination;
  info.protocol = wire::ip_protocol::kIcmp6;
  info.ttl = kHopLimit;
  info.ip_header_bytes = kHeaderBytes;
  transmit(ctx, parts, std::move(packet)).ignore();
}

// An address that a solicitation may come from: one that is not being probed still (RFC 4429 3.2).
bool may_ask(const InterfaceAddress& own) {
  return own.is_assigned() && own.address().is_ip6() &&
         own.state != link::AddressState::kOptimistic;
}

// RFC 4861 7.2.2: the source of the packet that waits, if it is this interface's; else the
// link-local address. Where all are being probed still, one that is in use meanwhile. There this
// departs from RFC 4429 3.3, which lets the packet wait until the probes are over: what an embedder
// asks optimistic addresses for is not to lose that second. Should the address be another's, its
// advertisement, which overrides, puts the neighbours' caches right.
IpAddress asking_address(const Interface& interface, const link::Solicitation& ask) {
  const InterfaceAddress* wanted = interface.find_address(ask.source);
  if (wanted != nullptr && may_ask(*wanted)) return wanted->address();
  IpAddress first;
  for (const InterfaceAddress& own : interface.addresses()) {
    if (!may_ask(own)) continue;
    if (own.address().is_link_local()) return own.address();
    if (first.family() == Family::kNone) first = own.address();
  }
  const bool is_in_use = wanted != nullptr && wanted->is_assigned();
  if (first.family() == Family::kNone && is_in_use) return wanted->address();
  return first;
}

}  // namespace

void nd_solicit(Context& ctx, Parts& parts, const link::Solicitation& ask) {
  const Interface* interface = parts.interfaces.find(ask.interface);
  if (interface == nullptr || !interface->settings.is_up) return;
  const IpAddress source = asking_address(*interface, ask);
  // Without an address of ours there is nowhere to answer to.
  if (source.family() == Family::kNone) return;
  const IpAddress destination =
      ask.is_unicast ? ask.target : solicited_group_of(ask.target, ask.interface);
  const NdMessage message{.type = NdType::kNeighbourSolicitation, .target = ask.target.ip6()};
  send(ctx, parts, {ask.interface, source, destination}, message,
       Trailer::link_layer(NdOptionType::kSourceLinkLayer, interface->settings.mac));
}

void nd_probe(Context& ctx, Parts& parts, InterfaceId id, const InterfaceAddress& own) {
  const Interface* interface = parts.interfaces.find(id);
  TAPSTACK_ASSERT(interface != nullptr);
  const NdMessage message{.type = NdType::kNeighbourSolicitation, .target = own.address().ip6()};
  Trailer trailer;
  if (interface->settings.ip6.has_dad_nonce) {
    trailer = {NdOptionType::kNonce, true, {}, own.nonce};
  }
  send(ctx, parts, {id, Ip6Address::any(), solicited_group_of(own.address(), id)}, message,
       trailer);
}

void nd_solicit_routers(Context& ctx, Parts& parts, InterfaceId id) {
  const Interface* interface = parts.interfaces.find(id);
  TAPSTACK_ASSERT(interface != nullptr);
  const InterfaceAddress* own = interface->link_local();
  if (own == nullptr) return;
  // RFC 4429 3.2: no source link-layer address while the address may be another host's.
  Trailer trailer;
  if (may_ask(*own)) {
    trailer = Trailer::link_layer(NdOptionType::kSourceLinkLayer, interface->settings.mac);
  }
  send(ctx, parts, {id, own->address(), IpAddress(Ip6Address::all_routers(), id)},
       {.type = NdType::kRouterSolicitation}, trailer);
}

void nd_announce(Context& ctx, Parts& parts, InterfaceId id, const InterfaceAddress& own) {
  const Interface* interface = parts.interfaces.find(id);
  TAPSTACK_ASSERT(interface != nullptr);
  // "the Override flag MUST NOT be set": what a router knows already is not disturbed.
  const NdMessage message{.type = NdType::kNeighbourAdvertisement, .target = own.address().ip6()};
  send(ctx, parts, {id, own.address(), IpAddress(Ip6Address::all_routers(), id)}, message,
       Trailer::link_layer(NdOptionType::kTargetLinkLayer, interface->settings.mac));
}

void nd_advertise(Context& ctx, Parts& parts, const NeighbourReply& reply) {
  const Interface* interface = parts.interfaces.find(reply.interface);
  TAPSTACK_ASSERT(interface != nullptr);
  const InterfaceAddress* own = interface->find_address(reply.target);
  if (own == nullptr || !own->is_assigned()) return;
  const NdMessage message{.type = NdType::kNeighbourAdvertisement,
                          .target = reply.target.ip6(),
                          .is_solicited = reply.is_solicited,
                          // RFC 4429 3.3: not over another's entry while we may be wrong.
                          .has_override = own->state != link::AddressState::kOptimistic};
  // Counts as use of the neighbour here and not in transmit(): the probe that may follow is about
  // the link alone and comes from our link-local address.
  parts.neighbours.lookup(ctx, reply.interface, reply.destination);
  send(ctx, parts, {reply.interface, reply.target, reply.destination}, message,
       Trailer::link_layer(NdOptionType::kTargetLinkLayer, interface->settings.mac));
}

}  // namespace tapstack::net
