// RFC 9293 3.10.7.2: LISTEN.
#include "transport/tcp/fast_open_accept.h"
#include "transport/tcp/half_open_table.h"
#include "transport/tcp/handshake.h"
#include "transport/tcp/input.h"
#include "transport/tcp/passive_open.h"
#include "transport/tcp/path.h"
#include "transport/tcp/reset.h"

namespace tapstack::transport::tcp {
namespace {

void remember_syn(Arrival& a, mem::Index index, const net::Route& route) {
  const Listener& l = a.tables.listeners.at(index);
  HalfOpen record;
  record.flow = a.seg.flow;
  record.listener = a.tables.listeners.id_at(index);
  record.route = route;
  record.iss = a.iss.value_or(a.tables.isn.isn(a.seg.flow, a.ctx.now));
  record.irs = a.seg.seq;
  record.agreed =
      negotiate(a.seg.options, offer_of(l.settings), a.seg.flow.remote.address.family());
  record.agreed.ecn = a.tables.ecn != EcnMode::kOff && is_ecn_setup_syn(a.seg.flags);
  record.advertised_mss_bytes = advertised_mss(route, l.settings.max_segment_bytes);
  record.window = a.seg.wnd;
  record.timestamp_offset = a.tables.isn.timestamp_offset(a.seg.flow);
  if (a.seg.options.timestamps) record.timestamp_recent = a.seg.options.timestamps->value;
  if (!has_half_open_room(a.tables, l)) {
    a.ctx.counters.count(Mib::kTcpExtTCPReqQFullDoCookies);
    send_cookie(a.tables, a.ctx, a.network, record);
  } else if (!accept_by_syn(a, record)) {
    add_half_open(a.tables, a.ctx, a.network, record);
  }
}

}  // namespace

void input_listen(Arrival& a, mem::Index listener) {
  // First, check for a RST: ignored.
  if (a.seg.has(flag::kRst)) {
    a.ctx.drop(DropReason::kTcpListenBadSegment);
    return;
  }
  // Second, check for an ACK: unless it returns a SYN cookie, it is for nothing that was ever sent
  // from here.
  if (a.seg.has(flag::kAck)) {
    if (!a.seg.has(flag::kSyn) && take_cookie(a, listener)) return;
    a.ctx.drop(DropReason::kTcpListenBadSegment);
    send_reset(a.ctx, a.network, a.seg);
    return;
  }
  // Fourth: anything but a SYN is dropped.
  if (!a.seg.has(flag::kSyn)) {
    a.ctx.drop(DropReason::kTcpListenBadSegment);
    return;
  }
  // Third, check for a SYN. While nobody accepts, new ones are dropped: the peer tries again. Text
  // that comes with the SYN is not acknowledged, unless Fast Open says so, and will come again.
  if (is_accept_queue_full(a.tables.listeners.at(listener))) {
    a.ctx.counters.count(Mib::kTcpExtListenOverflows);
    a.ctx.counters.count(Mib::kTcpExtListenDrops);
    a.ctx.drop(DropReason::kTcpListenQueueFull);
    return;
  }
  const auto route = a.network.route(a.seg.flow.remote.address, a.seg.flow.local.address,
                                     InterfaceId{}, a.ctx.now);
  if (!route) {
    a.ctx.drop(DropReason::kIpNoRoute);
    return;
  }
  remember_syn(a, listener, *route);
}

}  // namespace tapstack::transport::tcp
