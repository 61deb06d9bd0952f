#include "transport/tcp/listing.h"

#include <algorithm>

#include "transport/tcp/figures.h"
#include "transport/tcp/half_open_table.h"
#include "transport/tcp/lifecycle.h"
#include "transport/tcp/send_room.h"
#include "transport/tcp/time_wait_table.h"
#include "wire/ip_protocol.h"

namespace tapstack::transport::tcp {
namespace {

// Positions: listeners first, then connections, half-open ones, TIME-WAIT records.
constexpr uint32_t kConnectionsFrom = kConfig.tcp_listeners;
constexpr uint32_t kHalfOpensFrom = kConnectionsFrom + kConfig.tcp_connections;
constexpr uint32_t kTimeWaitsFrom = kHalfOpensFrom + kConfig.tcp_half_open;

// A place, and who was there before it: never 0.
template <class Id>
uint64_t key_of(uint32_t first, Id id) {
  return uint64_t{id.generation} << 32 | (first + id.index);
}
uint32_t place_in(uint64_t key) { return static_cast<uint32_t>(key); }
uint32_t generation_in(uint64_t key) { return static_cast<uint32_t>(key >> 32); }

Family family_of(const Settings& settings) {
  return settings.is_ip6_socket ? Family::kIp6 : Family::kIp4;
}

Listed begin_line(uint64_t key, Family family, State state) {
  Listed out;
  out.key = key;
  out.family = family;
  out.protocol = wire::ip_protocol::kTcp;
  out.state = state;
  return out;
}

void put_timer(Listed& out, ListedTimer timer, Instant at, Instant now) {
  out.timer = timer;
  out.timer_left = std::max(at - now, Duration());
}

// As inet_csk_diag_fill() ranks them; Linux has one timer for the first three.
void put_timers(const Connection& c, Instant now, Listed& out) {
  const Instant again =
      std::min({c.deadlines.at(Deadline::kRetransmit), c.deadlines.at(Deadline::kLossProbe),
                c.deadlines.at(Deadline::kReordering)});
  const Instant idle =
      std::min(c.deadlines.at(Deadline::kKeepAlive), c.deadlines.at(Deadline::kFinWait2));
  if (!again.is_never()) {
    put_timer(out, ListedTimer::kRetransmit, again, now);
  } else if (c.deadlines.is_set(Deadline::kPersist)) {
    put_timer(out, ListedTimer::kWindowProbe, c.deadlines.at(Deadline::kPersist), now);
  } else if (!idle.is_never()) {
    put_timer(out, ListedTimer::kKeepAlive, idle, now);
  }
}

void put_settings(const Settings& settings, Listed& out) {
  out.tos = settings.tos;
  out.traffic_class = settings.ip6_traffic_class;
  out.receive_errors = settings.receive_errors;
}

bool is_asked_for(const Tables& t, BindingId binding) {
  const Binding* found = t.ports.get(binding);
  return found != nullptr && found->is_explicit;
}

Listed line_of(const Tables& t, const Connection& c, uint64_t key, Instant now) {
  Listed out = begin_line(key, family_of(c.settings), c.state);
  out.owner = c.owner.value;
  out.receive_shut = c.receive_shut || c.rcv.vars().fin_received;
  out.send_shut = c.snd.vars().fin_queued;
  out.local = c.flow.local;
  out.remote = c.flow.remote;
  out.interface = c.bound;
  out.is_port_asked_for = is_asked_for(t, c.binding);
  out.receive_queue = c.rcv.queue().length;
  out.send_queue = c.snd.queued_bytes();
  out.receive_buffer_bytes = c.rcv.limit_bytes();
  out.send_buffer_bytes = send_limit(c);
  out.retransmits = c.silence.retransmits;
  out.probes = static_cast<uint8_t>(c.silence.window_probes + c.silence.keepalive_probes);
  const TcpInfo figures = figures_of(c, now);
  const uint32_t mss = std::max<uint32_t>(figures.send_mss, 1);
  out.rto_us = figures.rto_us;
  out.delayed_ack_us = figures.delayed_ack_us;
  out.is_interactive = c.acks.is_interactive();
  out.cwnd_segments = figures.cwnd_bytes / mss;
  const bool is_infinite = figures.ssthresh_bytes == TcpInfo::kNoSsthresh;
  out.ssthresh_segments = is_infinite ? UINT32_MAX : figures.ssthresh_bytes / mss;
  put_settings(c.settings, out);
  put_timers(c, now, out);
  return out;
}

Listed line_of(const Tables& t, const Listener& l, uint64_t key) {
  Listed out = begin_line(key, family_of(l.settings), State::kListen);
  out.owner = l.owner.value;
  out.ip6_only = l.ip6_only;
  out.local = l.local;
  out.remote.address = IpAddress::any(out.family);
  out.interface = l.interface;
  out.is_port_asked_for = is_asked_for(t, l.binding);
  out.receive_queue = l.acceptable.count;
  out.send_queue = l.backlog;
  out.fast_open_queue_limit = l.settings.fast_open_queue;
  put_settings(l.settings, out);
  return out;
}

Listed line_of(const Tables& t, const HalfOpen& h, uint64_t key) {
  const Listener* l = t.listeners.get(h.listener);
  const Family family = l != nullptr ? family_of(l->settings) : h.flow.local.address.family();
  Listed out = begin_line(key, family, State::kSynReceived);
  out.local = h.flow.local;
  out.remote = h.flow.remote;
  if (l != nullptr) out.interface = l->interface;
  out.retransmits = h.retransmits;
  return out;
}

Listed line_of(const TimeWait& record, uint64_t key, Instant now) {
  const Family family = record.is_ip6_socket ? Family::kIp6 : Family::kIp4;
  Listed out = begin_line(key, family, State::kTimeWait);
  out.local = record.flow.local;
  out.remote = record.flow.remote;
  put_timer(out, ListedTimer::kTimeWait, record.expires_at, now);
  return out;
}

// The line of what is at `place`, which is in use; false: a connection that is over, and only
// waits for its program to close it.
bool put_line(const ListSource& source, uint32_t place, Listed& out) {
  const Tables& t = source.tcp.tables();
  if (place < kConnectionsFrom) {
    out = line_of(t, t.listeners.at(place), key_of(0, t.listeners.id_at(place)));
    return true;
  }
  if (place < kHalfOpensFrom) {
    const mem::Index index = place - kConnectionsFrom;
    const Connection& c = t.connections.at(index);
    out = line_of(t, c, key_of(kConnectionsFrom, t.connections.id_at(index)), source.now);
    return c.state != State::kClosed;
  }
  if (place < kTimeWaitsFrom) {
    const mem::Index index = place - kHalfOpensFrom;
    const HalfOpen& h = t.half_opens.at(index);
    out = line_of(t, h, key_of(kHalfOpensFrom, t.half_opens.id_at(index)));
    const Instant at = source.timers.deadline(timer::make(timer::TimerKind::kTcpHalfOpen, index));
    if (!at.is_never()) put_timer(out, ListedTimer::kRetransmit, at, source.now);
    return !h.is_fast_open;  // then the connection is there already
  }
  const mem::Index index = place - kTimeWaitsFrom;
  out = line_of(t.time_waits.at(index), key_of(kTimeWaitsFrom, t.time_waits.id_at(index)),
                source.now);
  return true;
}

// The first place in use at `place` or behind it; kNoIndex past the last.
uint32_t next_place(const Tables& t, uint32_t place) {
  const auto within = [&place](const auto& pool, uint32_t first, uint32_t end) {
    if (place >= end) return false;
    const mem::Index index = pool.next_live(place - first);
    place = index == mem::kNoIndex ? end : first + index;
    return index != mem::kNoIndex;
  };
  if (within(t.listeners, 0, kConnectionsFrom)) return place;
  if (within(t.connections, kConnectionsFrom, kHalfOpensFrom)) return place;
  if (within(t.half_opens, kHalfOpensFrom, kTimeWaitsFrom)) return place;
  if (within(t.time_waits, kTimeWaitsFrom, kTimeWaitsFrom + kConfig.tcp_time_waits)) return place;
  return mem::kNoIndex;
}

const Connection* connection_of(const Tables& t, uint64_t key) {
  const uint32_t place = place_in(key);
  if (place < kConnectionsFrom || place >= kHalfOpensFrom) return nullptr;
  return t.connections.get({place - kConnectionsFrom, generation_in(key)});
}

const Listener* listener_of(const Tables& t, uint64_t key) {
  return t.listeners.get({place_in(key), generation_in(key)});
}

}  // namespace

bool list_next(const ListSource& source, uint32_t& position, Listed& out) {
  while (true) {
    const uint32_t place = next_place(source.tcp.tables(), position);
    if (place == mem::kNoIndex) return false;
    position = place + 1;
    if (put_line(source, place, out)) return true;
  }
}

bool list_one(const ListSource& source, const Flow& flow, InterfaceId interface, Listed& out) {
  const Tables& t = source.tcp.tables();
  const FlowOwner owner = find(t, flow);
  if (owner.connection != mem::kNoIndex) {
    return put_line(source, kConnectionsFrom + owner.connection, out);
  }
  if (owner.half_open != mem::kNoIndex) {
    return put_line(source, kHalfOpensFrom + owner.half_open, out);
  }
  if (owner.time_wait != mem::kNoIndex) {
    return put_line(source, kTimeWaitsFrom + owner.time_wait, out);
  }
  const mem::Index listener = find_listener(t, flow, interface);
  return listener != mem::kNoIndex && put_line(source, listener, out);
}

Result<TcpInfo> listed_info(const ListSource& source, uint64_t key) {
  const Tables& t = source.tcp.tables();
  if (const Connection* c = connection_of(t, key)) return figures_of(*c, source.now);
  if (const Listener* l = listener_of(t, key)) return figures_of(*l);
  return Error::kBadHandle;
}

Result<Settings> listed_settings(const ListSource& source, uint64_t key) {
  const Tables& t = source.tcp.tables();
  if (const Connection* c = connection_of(t, key)) return c->settings;
  if (const Listener* l = listener_of(t, key)) return l->settings;
  return Error::kBadHandle;
}

Status destroy_listed(Tcp& tcp, Context& ctx, uint64_t key) {
  Tables& t = tcp.tables();
  const uint32_t place = place_in(key);
  if (place >= kTimeWaitsFrom) {
    const mem::Index index = place - kTimeWaitsFrom;
    if (t.time_waits.get({index, generation_in(key)}) == nullptr) return Error::kBadHandle;
    remove_time_wait(t, ctx, index);
    return {};
  }
  if (place >= kHalfOpensFrom) {
    const mem::Index index = place - kHalfOpensFrom;
    if (t.half_opens.get({index, generation_in(key)}) == nullptr) return Error::kBadHandle;
    remove_half_open(t, ctx, index);
    return {};
  }
  if (connection_of(t, key) == nullptr) return Error::kBadHandle;
  Work w = work_on(t, ctx, place - kConnectionsFrom);
  if (w.c.state == State::kClosed) return Error::kBadHandle;
  if (w.c.state == State::kSynSent) {  // the peer knows nothing of it
    finish(w, Error::kConnectionAborted, Event::kConnectFailed);
  } else {
    finish_with_reset(w, Error::kConnectionAborted, Event::kReset);
  }
  return {};
}

}  // namespace tapstack::transport::tcp
