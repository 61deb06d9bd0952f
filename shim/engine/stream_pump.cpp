#include "shim/engine/stream_pump.h"

#include <algorithm>
#include <cerrno>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/engine/fresh_slot.h"
#include "shim/engine/handle_pair.h"
#include "shim/engine/slot_life.h"
#include "shim/engine/urgent.h"

namespace tapstack::shim {
namespace {

// A turn of one socket in one direction: long enough to amortise the system calls, short enough for
// the others to wait.
constexpr uint32_t kTurnBytes = 262'144;
// First guess of what a program writes at once; doubles as the reserved blocks come back full.
constexpr uint32_t kReadHintMin = 4'096;

// --- From the core to the handle
// ------------------------------------------------------------------

// Parts of the receive queue behind what was moved already, of `most` bytes. Bytes in them.
size_t gather_unmoved(Works& works, Slot& slot, size_t most, size_t& count) {
  Scratch& scratch = works.scratch;
  const size_t spans = api::peek_spans(works.stack, slot.id, scratch.const_spans);
  size_t skip = slot.moved_bytes;
  size_t bytes = 0;
  count = 0;
  for (size_t i = 0; i < spans && bytes < most; ++i) {
    const ConstBytes span = scratch.const_spans[i];
    const size_t skipped = std::min(skip, span.size());
    skip -= skipped;
    if (skipped == span.size()) continue;
    const size_t left = std::min(span.size() - skipped, most - bytes);
    scratch.parts[count++] = {const_cast<uint8_t*>(span.data()) + skipped, left};
    bytes += left;
  }
  return bytes;
}

void discard_received(Works& works, Slot& slot) {
  const Result<size_t> readable = api::readable_bytes(works.stack, slot.id);
  if (readable.ok() && *readable > 0) {
    api::consume(works.stack, works.now, slot.id, *readable).ignore();
  }
  slot.moved_bytes = 0;
}

// True when the handle has everything that the core received.
bool move_to_handle(Works& works, Slot& slot) {
  if (slot.receive_shut || slot.end_shown) {
    discard_received(works, slot);
    return true;
  }
  credit_reads(works, slot);
  size_t count = 0;
  long sent = 0;
  const Stretch next = stretch_to_move(works, slot, kTurnBytes);
  const size_t bytes = gather_unmoved(works, slot, next.bytes, count);
  if (bytes > 0) {
    msghdr message{};
    message.msg_iov = works.scratch.parts.data();
    message.msg_iovlen = count;
    sent = sys::sendmsg(slot.end, &message, MSG_NOSIGNAL | MSG_DONTWAIT | next.flags);
    if (sent > 0) slot.moved_bytes += static_cast<uint32_t>(sent);
    if (sent == -EPIPE) slot.receive_shut = true;  // a reader without hooks shut its side down
  }
  const Result<size_t> readable = api::readable_bytes(works.stack, slot.id);
  const bool is_all = !readable.ok() || *readable <= slot.moved_bytes;
  if (!is_all && bytes > 0 && sent == static_cast<long>(bytes)) works.slots.enqueue(slot);
  works.watch.want_room(slot,
                        !slot.is_closing && (!is_all || slot.moved_bytes >= slot.credit_bytes));
  return is_all;
}

// --- From the handle to the core
// ------------------------------------------------------------------

void on_program_end(Works& works, Slot& slot) {
  slot.program_ended = true;
  slot.may_read = false;
  if (!slot.is_closing) api::shutdown(works.stack, works.now, slot.id, Shutdown::kSend).ignore();
}

// Reads once into blocks of the core. Bytes moved; negative when there is no more to be done now.
long read_into_core(Works& works, Slot& slot) {
  Scratch& scratch = works.scratch;
  const bool is_urgent = slot.writes_urgent && is_at_mark(slot.end);
  const uint32_t to_mark = slot.marks.ahead();
  const uint32_t hint =
      to_mark == 0 ? slot.read_hint_bytes : std::min(slot.read_hint_bytes, to_mark);
  const Result<size_t> reserved =
      api::reserve_send(works.stack, slot.id, is_urgent ? 1 : hint, scratch.spans);
  if (!reserved.ok()) {
    // No room: the core tells when there is. Otherwise nothing can be sent any more.
    if (reserved.error() != Error::kWouldBlock) on_program_end(works, slot);
    return -1;
  }
  size_t room = 0;
  for (size_t i = 0; i < *reserved; ++i) {
    scratch.parts[i] = {scratch.spans[i].data(), scratch.spans[i].size()};
    room += scratch.spans[i].size();
  }
  const long got = sys::readv(slot.end, scratch.parts.data(), *reserved);
  const size_t bytes = static_cast<size_t>(std::max(got, 0L));
  const PairMark mark = slot.marks.on_taken(static_cast<uint32_t>(bytes)).value_or(PairMark{});
  api::commit_send(
      works.stack, works.now, slot.id, bytes,
      {.urgent = is_urgent && got > 0, .ends_record = mark.ends_record, .reports = mark.reports})
      .ignore();
  if (got == 0 || got == -ECONNRESET) on_program_end(works, slot);
  const bool is_full = got == static_cast<long>(room);
  // A short read has emptied the pair, unless it ended at an urgent mark; what is written next
  // makes a new edge. An end of file that came with the same edge has still to be read.
  if (!is_full && !slot.end_coming && !slot.writes_urgent) slot.may_read = false;
  if (got < 0) slot.may_read = false;
  slot.read_hint_bytes = is_full ? kTurnBytes : std::max(kReadHintMin, slot.read_hint_bytes / 2);
  return got > 0 ? got : -1;
}

void keep_error(Works& works, Slot& slot) {
  const Error error = api::take_error(works.stack, slot.id);
  if (error != Error::kNone) slot.pending = error;
}

void move_to_core(Works& works, Slot& slot) {
  if (!slot.may_read || slot.program_ended) return;
  // A send would be told of the error, once; it is the program's.
  if (api::readiness(works.stack, slot.id).has(Readiness::kError)) keep_error(works, slot);
  slot.read_hint_bytes = std::max(slot.read_hint_bytes, kReadHintMin);
  long moved = 0;
  while (slot.may_read && !slot.program_ended && moved < kTurnBytes) {
    const long got = read_into_core(works, slot);
    if (got < 0) return;
    moved += got;
  }
  if (slot.may_read && !slot.program_ended) works.slots.enqueue(slot);
}

// --- States
// -----------------------------------------------------------------------------------------

// What the program wrote before and nobody takes goes, too: a handle that is full counts as not
// writable for a select() that waits to write, while a connection that is over does not.
void end_writes(Works& works, Slot& slot) {
  if (slot.write_refused) return;
  refuse_writes(works, slot);
  take_everything(slot.end);
}

void show_state(Works& works, Slot& slot, bool everything_moved) {
  const Readiness ready = api::readiness(works.stack, slot.id);
  if (ready.has(Readiness::kError)) keep_error(works, slot);
  const bool is_over = ready.has(Readiness::kHangUp);
  if (is_over) end_writes(works, slot);
  if ((is_over || ready.has(Readiness::kPeerClosed)) && everything_moved) show_end(works, slot);
  if (is_over && slot.is_closing) slot.program_ended = true;  // nobody would take the rest
}

void pump_connected(Works& works, Slot& slot) {
  if (slot.is_hung_up && !slot.is_closing) {
    begin_close(works, slot);
    if (slot.phase == SlotPhase::kFree) return;
  }
  move_to_core(works, slot);
  const bool everything_moved = slot.is_closing || move_to_handle(works, slot);
  show_state(works, slot, everything_moved);
  if (slot.is_closing && slot.program_ended) finish_close(works, slot);
}

// --- The handshake
// ------------------------------------------------------------------------------------

bool is_established(TcpState state) {
  return state != TcpState::kSynSent && state != TcpState::kSynReceived &&
         state != TcpState::kClosed && state != TcpState::kListen;
}

void pump_connecting(Works& works, Slot& slot) {
  if (slot.is_hung_up) {
    finish_close(works, slot);
    return;
  }
  if (api::readiness(works.stack, slot.id).has(Readiness::kError)) keep_error(works, slot);
  const Result<TcpInfo> info = api::tcp_info(works.stack, works.now, slot.id);
  const TcpState state = info.ok() ? info->state : TcpState::kClosed;
  if (slot.pending == Error::kNone && is_established(state)) {
    end_connecting(works, slot, SlotPhase::kConnected);
    slot.was_connected = true;
    slot.may_read = true;
    pump_connected(works, slot);
  } else if (slot.pending != Error::kNone || state == TcpState::kClosed) {
    if (slot.pending == Error::kNone) slot.pending = Error::kConnectionAborted;
    wake_readers(slot);
    end_connecting(works, slot, SlotPhase::kConnectFailed);
  }
}

}  // namespace

void pump_stream(Works& works, Slot& slot) {
  switch (slot.phase) {
    case SlotPhase::kConnected:
      return pump_connected(works, slot);
    case SlotPhase::kConnecting:
      return pump_connecting(works, slot);
    default:
      if (slot.is_hung_up) finish_close(works, slot);
  }
}

void limit_handle(Works& works, SocketId id, int handle) {
  const Result<int64_t> buffer = api::get_option(works.stack, id, Option::kSendBuffer);
  const Result<int64_t> mark = api::get_option(works.stack, id, Option::kNotSentLowWater);
  sys::setsockopt(
      handle, SOL_SOCKET, SO_SNDBUF,
      handle_buffer_bytes(buffer.ok() ? *buffer : kStreamHandleBuffer, mark.ok() ? *mark : 0));
}

void begin_connecting(Slot& slot, int handle) {
  slot.phase = SlotPhase::kConnecting;
  take_failure_byte(slot, handle);
  const int copy = handle < 0 ? -1 : private_fds::copy_high(handle);
  slot.handle = std::max(copy, -1);
  if (slot.handle >= 0) slot.ballast_bytes = add_ballast(slot.handle);
}

void end_connecting(Works& works, Slot& slot, SlotPhase phase) {
  slot.phase = phase;
  remove_ballast(slot.end, slot.ballast_bytes);
  slot.ballast_bytes = 0;
  if (slot.handle < 0) return;
  limit_handle(works, slot.id, slot.handle);
  private_fds::close(slot.handle);
  slot.handle = -1;
}

void take_failure_byte(Slot& slot, int handle) {
  if (!slot.failure_byte || handle < 0) return;
  uint8_t byte;
  sys::receive(handle, &byte, 1, MSG_DONTWAIT);
  slot.failure_byte = false;
}

}  // namespace tapstack::shim
