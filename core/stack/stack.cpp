#include "stack/stack.h"

#include <utility>

#include "wire/ip4.h"

namespace tapstack {
namespace {

// Loopback packets delivered by one poll(), so that two sockets that talk to one another cannot
// hold the embedder's loop up; the rest makes next_deadline() due at once.
constexpr int kLoopbackPacketsPerPoll = 64;

uint8_t icmp_of(const IpAddress& address) {
  return address.is_ip6() ? wire::ip_protocol::kIcmp6 : wire::ip_protocol::kIcmp;
}

// UDP-Lite (RFC 3828) shares UDP's code.
bool is_udp(uint8_t protocol) {
  return protocol == wire::ip_protocol::kUdp ||
         (kConfig.udp_lite && protocol == wire::ip_protocol::kUdpLite);
}

}  // namespace

Stack::Stack(const StackSettings& settings)
    : now_(settings.now), random_(Random::Seed(settings.seed)), layers_(random_) {}

Context Stack::context(Instant now) {
  now_ = now;
  return {now, memory_, timers_, counters_, random_};
}

void Stack::input(Instant now, InterfaceId interface, mem::PacketPtr frame) {
  Context ctx = context(now);
  frame->info.received_at = now;
  receive(ctx, interface, std::move(frame));
  collect_events();
}

void Stack::receive(Context& ctx, InterfaceId interface, mem::PacketPtr frame) {
  if (!layers_.packets.is_empty()) {
    layers_.packets.on_received(ctx, layers_.network, interface, *frame);
  }
  net::Delivery delivery = layers_.network.input(ctx, interface, std::move(frame));
  if (delivery) dispatch(ctx, std::move(delivery));
  hand_out_errors(ctx);
}

// Raw sockets see everything first; then the protocol itself.
void Stack::dispatch(Context& ctx, net::Delivery delivery) {
  const bool is_wanted_raw = layers_.raw.input(ctx, layers_.network, *delivery.packet);
  switch (delivery.protocol) {
    case wire::ip_protocol::kTcp:
      layers_.tcp.input(ctx, layers_.network, std::move(delivery.packet));
      return;
    case wire::ip_protocol::kIgmp:  // the network has acted upon it
      return;
    default:
      break;
  }
  if (is_udp(delivery.protocol)) {
    layers_.udp.input(ctx, layers_.network, std::move(delivery.packet));
    return;
  }
  // The network has acted upon ICMP itself.
  if (delivery.protocol == icmp_of(delivery.packet->info.source)) {
    layers_.ping.input(ctx, layers_.network, std::move(delivery.packet));
    return;
  }
  if (is_wanted_raw) return;
  ctx.drop(DropReason::kIpUnknownProtocol);
  const bool is_6 = delivery.packet->info.source.is_ip6();
  ctx.counters.count(is_6 ? Mib::kIp6InUnknownProtos : Mib::kIpInUnknownProtos);
  layers_.network.refuse(ctx, std::move(delivery.packet), net::Refusal::kProtocol);
}

void Stack::hand_out_errors(Context& ctx) {
  while (layers_.network.has_error()) {
    net::IcmpError error;
    layers_.network.take_error(ctx, error);
    layers_.raw.on_icmp_error(ctx, error);
    if (error.protocol == wire::ip_protocol::kTcp)
      layers_.tcp.on_icmp_error(ctx, layers_.network, error);
    if (is_udp(error.protocol)) layers_.udp.on_icmp_error(ctx, error);
    if (error.protocol == icmp_of(error.source)) layers_.ping.on_icmp_error(ctx, error);
  }
}

void Stack::poll(Instant now) {
  Context ctx = context(now);
  expire_timers(ctx);
  layers_.tcp.lose_stranded_output(ctx, layers_.network);
  deliver_loopback(ctx);
  collect_events();
}

void Stack::expire_timers(Context& ctx) {
  timer::TimerId id;
  while (timers_.pop_due(ctx.now, id)) {
    const timer::TimerKind kind = timer::kind_of(id);
    switch (kind) {
      case timer::TimerKind::kTcpConnection:
      case timer::TimerKind::kTcpHalfOpen:
      case timer::TimerKind::kTcpTimeWait:
        layers_.tcp.on_timer(ctx, layers_.network, kind, timer::index_of(id));
        break;
      default:
        layers_.network.on_timer(ctx, kind, timer::index_of(id));
        hand_out_errors(ctx);
        break;
    }
  }
}

void Stack::deliver_loopback(Context& ctx) {
  for (int n = 0; n < kLoopbackPacketsPerPoll; ++n) {
    mem::PacketPtr packet = next_frame(ctx.now, link::kLoopback);
    if (!packet) return;
    packet->info.received_at = ctx.now;
    receive(ctx, link::kLoopback, std::move(packet));
  }
}

mem::PacketPtr Stack::next_frame(Instant now, InterfaceId interface) {
  Context ctx = context(now);
  mem::PacketPtr frame = layers_.network.next_frame(ctx, interface);
  while (!frame && layers_.tcp.output_one(ctx, layers_.network, interface)) {
    frame = layers_.network.next_frame(ctx, interface);
  }
  if (frame && !layers_.packets.is_empty()) {
    layers_.packets.on_sent(ctx, layers_.network, interface, *frame);
  }
  return frame;
}

bool Stack::has_work_now() const {
  return layers_.network.interface(link::kLoopback)->transmit.count > 0 ||
         layers_.tcp.has_output(link::kLoopback) ||
         layers_.tcp.has_stranded_output(layers_.network);
}

void Stack::count_overrun(InterfaceId interface) {
  counters_.drop(DropReason::kMemoryNoBlock);
  if (link::Interface* found = layers_.network.parts().interfaces.find(interface)) {
    ++found->counters.in_dropped;
  }
}

Instant Stack::next_deadline() const { return has_work_now() ? now_ : timers_.next_deadline(); }

bool Stack::next_event(SocketId& id) {
  collect_events();
  return sockets_.next_event(id);
}

void Stack::collect_events() {
  transport::tcp::ConnectionEvents connection;
  while (layers_.tcp.next_event(connection)) {
    if (connection.events.has(transport::tcp::Event::kConnected)) {
      sockets_.at(connection.owner.value)->was_connected = true;
    }
    sockets_.add_event(connection.owner.value);
  }
  transport::tcp::ListenerEvents listener;
  while (layers_.tcp.next_event(listener)) sockets_.add_event(listener.owner.value);
  if (sockets_.has_starved() && memory_.may_keep(1)) sockets_.feed_starved();
  mem::Index owner = mem::kNoIndex;
  while (layers_.udp.take_news(owner)) sockets_.add_event(owner);
  while (layers_.ping.take_news(owner)) sockets_.add_event(owner);
  while (layers_.raw.take_news(owner)) sockets_.add_event(owner);
  while (layers_.packets.take_news(owner)) sockets_.add_event(owner);
}

}  // namespace tapstack
