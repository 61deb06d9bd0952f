#include "transport/tcp/tcp.h"

#include "transport/tcp/half_open_table.h"
#include "transport/tcp/input.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/output.h"
#include "transport/tcp/output_plan.h"
#include "transport/tcp/time_wait_table.h"
#include "transport/tcp/timeouts.h"

namespace tapstack::transport::tcp {
namespace {

constexpr Duration kPeerIsSending = Duration::ms(200);  // since its last text

bool is_usable(const net::Network& network, InterfaceId id) {
  const net::Interface* interface = network.interface(id);
  return interface != nullptr && interface->settings.is_up;
}

}  // namespace

void Tcp::start(Random& random) {
  tables_.ports.start(random);
  tables_.isn.start(random);
  tables_.cookies.start(random);
  tables_.fast_open_cookies.start(random);
  tables_.fast_open_cache.start(random);
  tables_.flows.start(random.key());
  tables_.listening.start(random.key());
}

void Tcp::input(Context& ctx, net::Network& network, mem::PacketPtr packet) {
  ctx.counters.count(Mib::kTcpInSegs);
  Arrival a{tables_, ctx, network, {}, std::move(packet)};
  if (network.parts().filters.has_stream_filters()) {
    a.whole = ctx.memory.clone(*a.packet, mem::Priority::kControl);
  }
  if (const auto why = parse(ctx, *a.packet, a.seg)) {
    ctx.counters.count(Mib::kTcpInErrs);
    ctx.drop(*why);
    return;
  }
  input_segment(a);
}

void Tcp::on_icmp_error(Context& ctx, net::Network& network, const net::IcmpError& error) {
  input_icmp_error(tables_, ctx, network, error);
}

void Tcp::on_timer(Context& ctx, net::Network& network, timer::TimerKind kind, mem::Index index) {
  switch (kind) {
    case timer::TimerKind::kTcpConnection: {
      Work w = work_on(tables_, ctx, index);
      on_deadlines(w, network);
      break;
    }
    case timer::TimerKind::kTcpHalfOpen:
      on_half_open_timer(tables_, ctx, network, index);
      break;
    case timer::TimerKind::kTcpTimeWait:
      expire_time_waits(tables_, ctx);
      break;
    default:
      TAPSTACK_ASSERT(false);
  }
}

void Tcp::lose_stranded_output(Context& ctx, net::Network& network) {
  for (size_t i = 0; i < tables_.output.size(); ++i) {
    if (is_usable(network, InterfaceId{static_cast<uint8_t>(i)})) continue;
    const IndexList& list = tables_.output[i];
    while (!list.is_empty()) {
      Work w = work_on(tables_, ctx, list.head);
      output_connection(w, network);
    }
  }
}

bool Tcp::has_stranded_output(const net::Network& network) const {
  for (size_t i = 0; i < tables_.output.size(); ++i) {
    const InterfaceId interface { static_cast<uint8_t>(i) };
    if (has_output(interface) && !is_usable(network, interface)) return true;
  }
  return false;
}

bool Tcp::output_one(Context& ctx, net::Network& network, InterfaceId interface) {
  IndexList& list = tables_.output[interface.value];
  while (!list.is_empty() && network.queue_has_room(interface)) {
    Work w = work_on(tables_, ctx, list.head);
    if (!output_connection(w, network)) continue;  // it has left the list
    if (!w.is_gone && w.c.output_link.is_linked && list.head == w.index) {
      // To the end of the list of its present route: the others' turn.
      unmark_output(w);
      mark_output(w);
    }
    return true;
  }
  tables_.has_answer_due = false;
  return false;
}

bool Tcp::next_event(ConnectionEvents& out) {
  const mem::Index index =
      pop_front<&Connection::event_link>(tables_.connections, tables_.connection_events);
  if (index == mem::kNoIndex) return false;
  Connection& c = tables_.connections.at(index);
  out = {tables_.connections.id_at(index), c.owner, c.events};
  c.events = Events{};
  return true;
}

bool Tcp::next_event(ListenerEvents& out) {
  const mem::Index index =
      pop_front<&Listener::event_link>(tables_.listeners, tables_.listener_events);
  if (index == mem::kNoIndex) return false;
  Listener& l = tables_.listeners.at(index);
  out = {tables_.listeners.id_at(index), l.owner, l.events};
  l.events = Events{};
  return true;
}

bool Tcp::is_drained(Instant now) const {
  const auto& pool = tables_.connections;
  for (mem::Index i = pool.next_live(0); i != mem::kNoIndex; i = pool.next_live(i + 1)) {
    const Connection& c = pool.at(i);
    const bool is_sending = c.state != State::kClosed && c.was_established &&
                            (has_unsent(c) || !c.snd.vars().is_all_acked());
    const bool is_hearing = c.state == State::kFinWait2 && c.is_orphan &&
                            c.figures.text_segments_in > 0 &&
                            now < c.figures.last_text_received_at + kPeerIsSending;
    if (is_sending || is_hearing || c.wanted.reset) return false;
  }
  return true;
}

}  // namespace tapstack::transport::tcp
