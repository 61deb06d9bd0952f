#include "link/arp.h"

#include <algorithm>
#include <utility>

#include "link/address_conflict.h"
#include "link/ethernet.h"
#include "wire/arp.h"

namespace tapstack::link {
namespace {

using wire::ArpMessage;
using wire::ArpOperation;
using wire::ArpProblem;

constexpr uint32_t kMessageBytes = wire::ArpView::kBytes;

DropReason reason_for(ArpProblem problem) {
  switch (problem) {
    case ArpProblem::kBadHardware:
      return DropReason::kArpBadHardware;
    case ArpProblem::kBadProtocol:
      return DropReason::kArpBadProtocol;
    case ArpProblem::kBadLength:
      return DropReason::kArpBadLength;
    case ArpProblem::kBadOperation:
      return DropReason::kArpBadOperation;
    default:
      return DropReason::kArpTooShort;
  }
}

void send(Context& ctx, InterfaceTable& interfaces, InterfaceId id, const ArpMessage& message,
          const MacAddress& destination) {
  mem::PacketPtr packet = ctx.memory.new_packet(mem::Priority::kControl);
  uint8_t* bytes = packet ? ctx.memory.prepend(*packet, kMessageBytes) : nullptr;
  if (bytes == nullptr) {
    ctx.drop(DropReason::kMemoryNoPacket);
    return;
  }
  wire::emit({bytes, kMessageBytes}, message);
  ctx.counters.count(message.operation == ArpOperation::kRequest ? Mib::kArpOutRequests
                                                                 : Mib::kArpOutReplies);
  ethernet_output(ctx, interfaces, id, std::move(packet), destination, Payload::kArp).ignore();
}

// Whether a sender can be who it says: a unicast MAC, and an address that a host can have. 0.0.0.0
// is a probe (RFC 5227 2.1.1) and passes.
bool is_sender_valid(const Interface& interface, const ArpMessage& m) {
  if (m.sender_hardware.is_group() || m.sender_hardware.is_zero()) return false;
  const Ip4Address a = m.sender_protocol;
  if (a.is_any()) return true;
  return !a.is_this_network() && !a.is_loopback() && !a.is_multicast() && !a.is_reserved() &&
         !interface.is_broadcast(a);
}

Evidence evidence_of(const ArpMessage& m, bool is_for_us, bool is_link_broadcast) {
  if (!is_for_us) return Evidence::kUnsolicited;
  if (m.operation == ArpOperation::kRequest) return Evidence::kRequest;
  return is_link_broadcast ? Evidence::kUnsolicited : Evidence::kSolicitedReply;
}

// Which of our addresses asks (RFC 826: any; chosen so that the neighbour has it on link): the
// packet's source if it is this interface's, else the one that shares the target's prefix.
Ip4Address asking_address(const Interface& interface, const Solicitation& ask) {
  if (ask.source.is_ip4() && interface.has_address(ask.source)) return ask.source.ip4();
  if (const Prefix* prefix = interface.prefix_of(ask.target)) return prefix->address.ip4();
  for (const InterfaceAddress& own : interface.addresses()) {
    if (own.is_assigned() && own.address().is_ip4()) return own.address().ip4();
  }
  return Ip4Address::any();
}

}  // namespace

mem::PacketQueue arp_input(Context& ctx, InterfaceTable& interfaces, NeighbourCache& neighbours,
                           mem::PacketPtr message) {
  const InterfaceId id = message->info.interface;
  Interface* interface = interfaces.find(id);
  TAPSTACK_ASSERT(interface != nullptr);
  const uint32_t present = std::min(message->size(), kMessageBytes);
  const uint8_t* bytes = ctx.memory.pull(*message, present);
  const ArpProblem problem = wire::ArpView::check({bytes, present});
  if (problem != ArpProblem::kNone) {
    ctx.drop(reason_for(problem));
    return {};
  }
  const wire::ArpView view = *wire::ArpView::parse({bytes, present});
  const ArpMessage m{view.operation(), view.sender_hardware(), view.sender_protocol(),
                     view.target_hardware(), view.target_protocol()};
  const bool is_request = m.operation == ArpOperation::kRequest;
  ctx.counters.count(is_request ? Mib::kArpInRequests : Mib::kArpInReplies);
  if (!is_sender_valid(*interface, m)) {
    ctx.drop(DropReason::kArpBadSender);
    return {};
  }
  const ConflictOutcome conflict = check_conflict(ctx, *interface, m);
  if (conflict == ConflictOutcome::kDefend) arp_announce(ctx, interfaces, id, m.sender_protocol);
  if (conflict != ConflictOutcome::kNone) return {};
  const bool is_for_us = interface->has_address(m.target_protocol);
  mem::PacketQueue released;
  if (!m.sender_protocol.is_any()) {
    const Evidence evidence = evidence_of(m, is_for_us, message->info.link_broadcast);
    if (evidence == Evidence::kUnsolicited) ctx.drop(DropReason::kArpUnsolicited);
    if (evidence == Evidence::kRequest && interface->prefix_of(m.sender_protocol) == nullptr) {
      ctx.drop(DropReason::kArpOffLink);  // answered, but not worth an entry
    } else {
      released = neighbours.on_message(ctx, id, m.sender_protocol, m.sender_hardware, evidence);
    }
  }
  if (is_request && is_for_us) {
    const ArpMessage reply{ArpOperation::kReply, interface->settings.mac, m.target_protocol,
                           m.sender_hardware, m.sender_protocol};
    send(ctx, interfaces, id, reply, m.sender_hardware);
  }
  return released;
}

void arp_solicit(Context& ctx, InterfaceTable& interfaces, const Solicitation& ask) {
  const Interface* interface = interfaces.find(ask.interface);
  if (interface == nullptr || !interface->settings.is_up) return;
  const ArpMessage request{ArpOperation::kRequest, interface->settings.mac,
                           asking_address(*interface, ask), MacAddress{}, ask.target.ip4()};
  send(ctx, interfaces, ask.interface, request, ask.is_unicast ? ask.mac : MacAddress::broadcast());
}

void arp_probe(Context& ctx, InterfaceTable& interfaces, InterfaceId id, Ip4Address address) {
  const Interface* interface = interfaces.find(id);
  if (interface == nullptr || !interface->has_neighbours() || !interface->settings.is_up) return;
  const ArpMessage probe{ArpOperation::kRequest, interface->settings.mac, Ip4Address::any(),
                         MacAddress{}, address};
  send(ctx, interfaces, id, probe, MacAddress::broadcast());
}

void arp_announce(Context& ctx, InterfaceTable& interfaces, InterfaceId id, Ip4Address address) {
  const Interface* interface = interfaces.find(id);
  if (interface == nullptr || !interface->has_neighbours() || !interface->settings.is_up) return;
  const ArpMessage announcement{ArpOperation::kRequest, interface->settings.mac, address,
                                MacAddress{}, address};
  send(ctx, interfaces, id, announcement, MacAddress::broadcast());
}

}  // namespace tapstack::link
