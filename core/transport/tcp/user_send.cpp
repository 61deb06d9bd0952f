// SEND: RFC 9293 3.10.2.
#include <algorithm>

#include "transport/tcp/fast_open_connect.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/send_room.h"
#include "transport/tcp/user_calls.h"
#include "transport/tcp/user_find.h"

namespace tapstack::transport::tcp {
namespace {

// Why text cannot be queued now; kNone when it can.
Error refusal(Connection& c) {
  if (c.error != Error::kNone) return take_error_of(c);
  const bool is_early = c.fast_open.is_deferred || is_let_in(c);
  if (!is_early && (c.state == State::kSynSent || c.state == State::kSynReceived)) {
    c.send_blocked = true;
    return c.snd.vars().fin_queued ? Error::kBrokenPipe : Error::kWouldBlock;
  }
  if (!c.was_established && !is_early) return Error::kNotConnected;
  if (is_send_closed(c.state) || c.snd.vars().fin_queued) return Error::kBrokenPipe;
  if (c.send_buffers.room(send_space(c), 1) == 0) {
    c.send_blocked = true;
    return Error::kWouldBlock;
  }
  return Error::kNone;
}

// How much of `wanted` octets the queue takes now: of the text that a SYN waits for (RFC 7413),
// what goes with the SYN. The rest is refused until the handshake is complete, as on Linux.
uint32_t room_now(const Tables& t, const Connection& c, const SendSpace& space, size_t wanted) {
  const auto most = static_cast<uint32_t>(std::min<size_t>(wanted, UINT32_MAX));
  const uint32_t room = c.send_buffers.room(space, most);
  return c.fast_open.is_deferred ? std::min(room, syn_text_room(t, c)) : room;
}

// Queues as much of the first `n` bytes as there is memory for; returns how much.
size_t queue_some(Connection& c, Context& ctx, mem::ConstBytes bytes, size_t n) {
  while (n > 0 && !c.snd.queue_copy(ctx.memory, bytes.first(n))) n /= 2;
  return n;
}

// The program could not queue all it has: it will go on when it is told of room, so a last segment
// that is not full waits for that, unless the queue is so small that there will be none before, or
// it was the SYN that took no more (RFC 7413).
bool will_go_on(const Connection& c, bool is_cut) {
  return is_cut && !c.fast_open.is_deferred && send_limit(c) >= 2u * c.send_mss_bytes;
}

struct Queued {
  bool more = false;
  bool urgent = false;
  bool push = true;
  bool ends_record = false;
  uint8_t reports = 0;
};

void after_queueing(Work& w, const Queued& flags) {
  w.c.more = flags.more;
  w.c.last_pushes = flags.push;
  if (flags.urgent) w.c.snd.mark_urgent();
  const SeqNumber end = w.c.snd.queue_end();
  if (flags.ends_record) w.c.marks.add_record_end(w.tables.marks, end);
  if (flags.reports != 0) w.c.marks.add_reports(w.tables.marks, end, flags.reports);
  if (w.c.fast_open.is_deferred) {
    w.c.fast_open.is_deferred = false;
    w.c.wanted.syn = true;
  }
  mark_output(w);
}

}  // namespace

Result<size_t> send(Tcp& tcp, Context& ctx, ConnectionId id, std::span<const mem::ConstBytes> parts,
                    const SendFlags& flags) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  if (const Error e = refusal(*c); e != Error::kNone) return e;
  size_t wanted = 0;
  for (const mem::ConstBytes part : parts) wanted += part.size();
  const SendSpace space = send_space(*c);
  const size_t room = room_now(tcp.tables(), *c, space, wanted);
  size_t queued = 0;
  bool is_cut = false;
  for (const mem::ConstBytes part : parts) {
    const size_t n = queue_some(*c, ctx, part, std::min(part.size(), room - queued));
    is_cut = n < part.size();
    queued += n;
    if (is_cut) break;
  }
  c->send_buffers.on_queued(space, static_cast<uint32_t>(queued));
  c->send_blocked = is_cut;
  if (queued == 0 && is_cut) return Error::kWouldBlock;
  Work w = work_on(tcp.tables(), ctx, id.index);
  after_queueing(w, {.more = flags.more || will_go_on(*c, is_cut),
                     .urgent = flags.urgent && !is_cut,
                     .push = !flags.more,
                     .ends_record = flags.ends_record && !is_cut && queued > 0,
                     .reports = queued > 0 ? flags.reports : uint8_t{0}});
  return queued;
}

Result<size_t> reserve_send(Tcp& tcp, Context& ctx, ConnectionId id, size_t bytes,
                            std::span<mem::Bytes> spans) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  if (const Error e = refusal(*c); e != Error::kNone) return e;
  const size_t most = std::min(bytes, spans.size() * kConfig.block_bytes);
  size_t n = room_now(tcp.tables(), *c, send_space(*c), most);
  mem::Chain& reserved = tcp.tables().reserved;
  TAPSTACK_ASSERT(reserved.is_empty());
  while (n > 0 && !ctx.memory.new_chain(static_cast<uint32_t>(n), reserved, mem::Priority::kData)) {
    n /= 2;
  }
  if (n == 0) {
    c->send_blocked = true;
    return Error::kWouldBlock;
  }
  return ctx.memory.chain_writable(reserved, spans);
}

Status commit_send(Tcp& tcp, Context& ctx, ConnectionId id, size_t bytes, const SendFlags& flags) {
  mem::Chain& reserved = tcp.tables().reserved;
  TAPSTACK_ASSERT(bytes <= reserved.length);
  ctx.memory.chain_trim_back(reserved, reserved.length - static_cast<uint32_t>(bytes));
  Connection* c = find_connection(tcp, id);
  if (c == nullptr || bytes == 0) {
    ctx.memory.free_chain(reserved);
    return c == nullptr ? Status(Error::kBadHandle) : Status();
  }
  c->send_buffers.on_queued(send_space(*c), static_cast<uint32_t>(bytes));
  c->snd.queue_chain(ctx.memory, reserved);
  Work w = work_on(tcp.tables(), ctx, id.index);
  after_queueing(w, {flags.more, flags.urgent, !flags.more, flags.ends_record, flags.reports});
  return {};
}

}  // namespace tapstack::transport::tcp
