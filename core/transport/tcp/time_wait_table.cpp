#include "transport/tcp/time_wait_table.h"

#include "transport/tcp/segment_builder.h"
#include "transport/tcp/timestamps.h"

namespace tapstack::transport::tcp {
namespace {

void arm_oldest(Tables& t, Context& ctx) {
  const mem::Index oldest = t.time_wait_by_age.head;
  const Instant at =
      oldest == mem::kNoIndex ? Instant::never() : t.time_waits.at(oldest).expires_at;
  ctx.timers.arm(timer::make(timer::TimerKind::kTcpTimeWait), at);
}

void drop(Tables& t, mem::Index index) {
  TimeWait& record = t.time_waits.at(index);
  t.flows.remove(t.flows.hash(record.flow), kFirstTimeWait + index);
  remove<&TimeWait::age_link>(t.time_waits, t.time_wait_by_age, index);
  if (!record.binding.is_null()) t.ports.release(record.binding);
  t.time_waits.release_at(index);
}

}  // namespace

void add_time_wait(Tables& t, Context& ctx, const TimeWait& record) {
  auto id = t.time_waits.allocate();
  if (id.is_null()) {
    ctx.counters.count(Mib::kTcpExtTCPTimeWaitOverflow);
    drop(t, t.time_wait_by_age.head);
    id = t.time_waits.allocate();
  }
  TimeWait& added = *t.time_waits.get(id);
  added = record;
  added.age_link = ListLink{};
  added.expires_at = ctx.now + kTimeWaitDuration;
  t.flows.insert(t.flows.hash(added.flow), kFirstTimeWait + id.index);
  push_back<&TimeWait::age_link>(t.time_waits, t.time_wait_by_age, id.index);
  ctx.counters.count(Mib::kTcpExtTW);
  arm_oldest(t, ctx);
}

void restart_time_wait(Tables& t, Context& ctx, mem::Index index) {
  t.time_waits.at(index).expires_at = ctx.now + kTimeWaitDuration;
  remove<&TimeWait::age_link>(t.time_waits, t.time_wait_by_age, index);
  push_back<&TimeWait::age_link>(t.time_waits, t.time_wait_by_age, index);
  arm_oldest(t, ctx);
}

void remove_time_wait(Tables& t, Context& ctx, mem::Index index) {
  drop(t, index);
  arm_oldest(t, ctx);
}

void expire_time_waits(Tables& t, Context& ctx) {
  while (!t.time_wait_by_age.is_empty() &&
         t.time_waits.at(t.time_wait_by_age.head).expires_at <= ctx.now) {
    drop(t, t.time_wait_by_age.head);
  }
  arm_oldest(t, ctx);
}

void send_time_wait_ack(Context& ctx, net::Network& network, const TimeWait& record) {
  Outgoing out;
  out.flow = record.flow;
  out.seq = record.snd_nxt;
  out.ack = record.rcv_nxt;
  out.flags = wire::tcp_flag::kAck;
  out.wnd = record.window;
  if (record.timestamps) {
    out.options.timestamps = wire::TcpTimestamps{timestamp_value(ctx.now, record.timestamp_offset),
                                                 record.timestamp_recent};
  }
  transmit(ctx, network, out, record.route, IpSettings{}).ignore();
}

}  // namespace tapstack::transport::tcp
