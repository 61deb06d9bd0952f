#include "transport/tcp/fast_open_accept.h"

#include "transport/tcp/notify.h"
#include "transport/tcp/passive_open.h"

namespace tapstack::transport::tcp {
namespace {

// The SYN's text is processed as any other; a FIN that comes with it will come again.
void take_text(Arrival& a, Work& w) {
  a.seg.seq = a.seg.seq + 1;
  a.seg.flags = a.seg.flags & ~(flag::kSyn | flag::kFin);
  if (a.seg.text_bytes > 0) process_text(a, w);
}

bool open_by_syn(Arrival& a, HalfOpen& record) {
  record.is_fast_open = true;
  const mem::Index index = open_passively(a, record);
  if (index == mem::kNoIndex) return false;
  Work w = work_on(a.tables, a.ctx, index);
  w.c.was_established = true;  // for its owner it is, from now on
  w.c.fast_open.counted_by = record.listener;
  w.c.fast_open.is_text_acked = a.seg.text_bytes > 0;
  ++a.tables.listeners.get(record.listener)->fast_open_pending;
  w.c.silence.last_received_at = a.ctx.now;
  w.c.wanted.syn = true;
  mark_output(w);
  take_text(a, w);
  arm(w);
  raise(a.tables, record.listener.index, Event::kAcceptable);
  a.ctx.counters.count(Mib::kTcpExtTCPFastOpenPassive);
  return true;
}

}  // namespace

bool accept_by_syn(Arrival& a, HalfOpen& record) {
  const Listener& l = *a.tables.listeners.get(record.listener);
  const auto& given = a.seg.options.fast_open;
  const FastOpenMode mode = a.tables.fast_open;
  if (!mode.is_server() || l.settings.fast_open_queue == 0) return false;
  const bool needs_cookie = !l.settings.fast_open_no_cookie && !mode.is_server_without_cookie();
  if (!given && (needs_cookie || a.seg.text_bytes == 0)) return false;
  // RFC 7413 5.1: only so many, for each holds memory for a client that may never answer.
  if (l.fast_open_pending >= l.settings.fast_open_queue) {
    a.ctx.counters.count(Mib::kTcpExtTCPFastOpenListenOverflow);
    return false;
  }
  if (!needs_cookie) return open_by_syn(a, record);
  const Flow& flow = record.flow;
  const FastOpenCookies& cookies = a.tables.fast_open_cookies;
  if (given->is_request()) {
    a.ctx.counters.count(Mib::kTcpExtTCPFastOpenCookieReqd);
  } else if (cookies.check(flow.remote.address, flow.local.address, *given)) {
    return open_by_syn(a, record);
  } else {
    a.ctx.counters.count(Mib::kTcpExtTCPFastOpenPassiveFail);
  }
  record.gives_cookie = true;
  record.is_cookie_experimental = given->is_experimental;
  return false;
}

}  // namespace tapstack::transport::tcp
