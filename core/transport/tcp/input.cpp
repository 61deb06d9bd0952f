#include "transport/tcp/input.h"

#include "transport/socket_filter.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/reset.h"
#include "transport/tcp/time_wait_table.h"

namespace tapstack::transport::tcp {
namespace {

// RFC 5082 3: what comes from further away than the program allows is dropped.
bool is_too_far(Arrival& a, const Settings& settings) {
  const uint8_t min = a.seg.flow.remote.address.is_ip6() ? settings.ip6_min_hops : settings.min_ttl;
  if (a.seg.ttl >= min) return false;
  a.ctx.drop(DropReason::kIpTooFar);
  return true;
}

// tcp_filter() of Linux: a segment that the socket's filter does not want is as if it had not come;
// of one that it cuts the text is shorter.
bool is_filtered(Arrival& a, const Settings& settings) {
  if (a.network.parts().filters.program(settings.filter.get()).empty()) return false;
  if (!a.whole) {  // what cannot be shown to it does not get past it
    a.ctx.drop(DropReason::kMemoryNoPacket);
    return true;
  }
  const uint32_t begin = a.whole->info.ip_header_bytes;
  const uint32_t header_bytes = a.whole->size() - begin - a.seg.text_bytes;
  const uint32_t before = a.whole->size();
  if (!passes_socket_filter(a.ctx, a.network, settings.filter, *a.whole, {begin, header_bytes})) {
    return true;
  }
  const uint32_t cut = before - a.whole->size();
  if (cut > 0) a.ctx.memory.trim_back(*a.packet, cut);
  a.seg.text_bytes -= cut;
  return false;
}

// RFC 9293 3.10.7.1: CLOSED.
void input_closed(Arrival& a) {
  a.ctx.drop(DropReason::kTcpNoConnection);
  send_reset(a.ctx, a.network, a.seg);
}

void input_connection(Arrival& a, mem::Index index) {
  Work w = work_on(a.tables, a.ctx, index);
  if (is_too_far(a, w.c.settings) || is_filtered(a, w.c.settings)) return;
  ++w.c.figures.segments_in;
  if (a.seg.text_bytes > 0) ++w.c.figures.text_segments_in;
  if (w.c.state == State::kSynSent) {
    input_syn_sent(a, w);
  } else {
    input_synchronized(a, w);
  }
  if (w.is_gone) return;
  arm(w);
}

void input_unknown(Arrival& a) {
  const mem::Index listener = find_listener(a.tables, a.seg.flow, a.seg.interface);
  if (listener == mem::kNoIndex) {
    input_closed(a);
    return;
  }
  const Settings& settings = a.tables.listeners.at(listener).settings;
  if (!is_too_far(a, settings) && !is_filtered(a, settings)) input_listen(a, listener);
}

void input_time_wait(Arrival& a, mem::Index index) {
  const TimeWait& record = a.tables.time_waits.at(index);
  const TimeWaitAction action = classify(record, a.seg);
  const bool can_reopen = find_listener(a.tables, a.seg.flow, a.seg.interface) != mem::kNoIndex;
  if (action == TimeWaitAction::kReopen && can_reopen) {
    a.ctx.counters.count(Mib::kTcpExtTWRecycled);
    a.iss = reopen_isn(record);
    remove_time_wait(a.tables, a.ctx, index);
    input_unknown(a);
    return;
  }
  if (action != TimeWaitAction::kIgnore) send_time_wait_ack(a.ctx, a.network, record);
  if (action == TimeWaitAction::kRestart) restart_time_wait(a.tables, a.ctx, index);
  a.ctx.drop(DropReason::kTcpTimeWait);
}

}  // namespace

void input_segment(Arrival& a) {
  const FlowOwner owner = find(a.tables, a.seg.flow);
  if (owner.connection != mem::kNoIndex) {
    input_connection(a, owner.connection);
  } else if (owner.half_open != mem::kNoIndex) {
    input_half_open(a, owner.half_open);
  } else if (owner.time_wait != mem::kNoIndex) {
    input_time_wait(a, owner.time_wait);
  } else {
    input_unknown(a);
  }
}

}  // namespace tapstack::transport::tcp
