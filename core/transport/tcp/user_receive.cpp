// RECEIVE: RFC 9293 3.10.3.
#include <algorithm>

#include "transport/tcp/handshake.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/user_calls.h"
#include "transport/tcp/user_find.h"

namespace tapstack::transport::tcp {
namespace {

// What the queue holds from the reader's place: the urgent octet is read apart unless SO_OOBINLINE.
struct Readable {
  uint32_t skip = 0;   // octets in front that were or will be read with MSG_OOB
  uint32_t bytes = 0;  // to be read without a stop: up to the urgent mark, or all
};

Readable readable(const Connection& c) {
  const ReceiveVariables& v = c.rcv.vars();
  const uint32_t held = c.rcv.queue().length;
  if (!v.has_urgent || !v.up.after(v.read)) return {0, held};
  const uint32_t before = v.up.since(v.read) - 1;  // ordinary octets before the urgent one
  if (before >= held) return {0, held};
  if (before > 0) return {0, before};
  if (c.settings.oob_inline) return {0, held};
  return {1, held - 1};
}

// Nothing to read: why.
Result<size_t> nothing(Connection& c) {
  if (c.error != Error::kNone) return take_error_of(c);
  if (!c.was_established) {
    return c.state == State::kClosed ? Error::kNotConnected : Error::kWouldBlock;
  }
  const bool is_end = c.rcv.vars().fin_received || c.receive_shut || c.state == State::kClosed;
  if (is_end) return size_t{0};
  return Error::kWouldBlock;
}

// The reader has taken octets: a larger window may be worth telling, the buffer worth growing.
void after_reading(Work& w, uint32_t bytes) {
  Connection& c = w.c;
  c.rcv.consume(w.ctx.memory, bytes);
  if (c.settings.receive_buffer_bytes == 0) {
    const uint32_t wanted = c.tuning.on_consumed(bytes, c.rcv.limit_bytes(),
                                                 c.settings.receive_buffer_max_bytes, w.ctx.now);
    c.rcv.set_limit(clamped_window(c.settings, wanted));
  }
  // A peer that has not seen the SYN-ACK drops what comes without SYN (RFC 9293 3.10.7.3).
  if (can_receive_text(c.state) && !is_let_in(c) && c.rcv.is_update_due(c.acks.segment_bytes())) {
    c.acks.on_immediate();
    mark_output(w);
  }
}

Result<size_t> receive_urgent(Work& w, std::span<const mem::Bytes> parts, bool peek) {
  const ReceiveVariables& v = w.c.rcv.vars();
  if (w.c.settings.oob_inline || !v.has_urgent || v.urgent_taken) return Error::kInvalid;
  const uint32_t offset = v.up.since(v.read) - 1;
  if (offset >= w.c.rcv.queue().length) return Error::kWouldBlock;  // announced, not yet here
  for (const mem::Bytes part : parts) {
    if (part.empty()) continue;
    w.ctx.memory.chain_copy_out(w.c.rcv.queue(), offset, part.first(1));
    if (!peek) w.c.rcv.take_urgent();
    return size_t{1};
  }
  return size_t{0};
}

}  // namespace

Result<size_t> receive(Tcp& tcp, Context& ctx, ConnectionId id, std::span<const mem::Bytes> parts,
                       const ReceiveFlags& flags) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  Work w = work_on(tcp.tables(), ctx, id.index);
  if (flags.urgent) return receive_urgent(w, parts, flags.peek);
  const Readable r = readable(*c);
  uint32_t copied = 0;
  for (const mem::Bytes part : parts) {
    const uint32_t n = static_cast<uint32_t>(std::min<size_t>(part.size(), r.bytes - copied));
    if (n > 0) ctx.memory.chain_copy_out(c->rcv.queue(), r.skip + copied, part.first(n));
    copied += n;
  }
  if (r.bytes == 0) {
    if (r.skip > 0 && !flags.peek) after_reading(w, r.skip);
    return nothing(*c);
  }
  if (!flags.peek) after_reading(w, r.skip + copied);
  return size_t{copied};
}

size_t peek_spans(const Tcp& tcp, const mem::PacketMemory& memory, ConnectionId id,
                  std::span<mem::ConstBytes> spans) {
  const Connection* c = find_connection(tcp, id);
  if (c == nullptr || spans.empty()) return 0;
  if (c->rcv.queue().is_empty()) return 0;
  uint32_t covered = 0;
  return memory.chain_gather(c->rcv.queue(), 0, spans, &covered);
}

Status consume(Tcp& tcp, Context& ctx, ConnectionId id, size_t bytes) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  if (bytes > c->rcv.queue().length) return Error::kInvalid;
  if (bytes == 0) return {};
  Work w = work_on(tcp.tables(), ctx, id.index);
  after_reading(w, static_cast<uint32_t>(bytes));
  return {};
}

}  // namespace tapstack::transport::tcp
