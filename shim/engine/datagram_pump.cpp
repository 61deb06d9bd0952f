#include "shim/engine/datagram_pump.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/errno_map.h"
#include "shim/common/sys.h"
#include "shim/engine/clock.h"
#include "shim/engine/handle_pair.h"
#include "shim/engine/packet_pump.h"
#include "shim/engine/packet_ring.h"
#include "shim/engine/send_notices.h"
#include "shim/engine/slot_life.h"

namespace tapstack::shim {
namespace {

// So much may lie in front of the program, by the kernel's count; the rest waits in the core, where
// SO_RCVBUF bounds it. One more of the largest fits on top (kDatagramEndBuffer, doubled).
constexpr uint32_t kAheadBytes = 65'536;
// What the kernel counts beside the payload of a message, about.
constexpr uint32_t kMessageOverhead = 768;
constexpr int kTurnMessages = 64;

bool send_message(Slot& slot, const uint8_t* message, size_t bytes) {
  return sys::send(slot.end, message, bytes, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

DatagramHeader header_of(const Works& works, const Slot& slot, const DatagramInfo& info) {
  DatagramHeader header;
  header.peer = info.peer;
  header.local = info.local;
  header.interface = info.interface;
  header.ttl = info.ttl;
  header.tos = info.tos;
  header.flow_label = info.flow_label;
  header.option_bytes = info.option_bytes;
  header.first_header = info.first_header;
  constexpr uint32_t kPorts = Wanted::kOriginalDestination | Wanted::kIp6OriginalDestination;
  if ((slot.wanted & kPorts) != 0) {
    header.local_port = api::local_endpoint(works.stack, slot.id)->port;
  }
  header.received_realtime_ns = realtime_of(info.received_at);
  return header;
}

// Whether `next` may be behind `first` in what UDP_GRO joins: udp_gro_receive_segment of Linux, by
// what the program can be told of them.
bool is_of_same_kind(const DatagramInfo& first, const DatagramInfo& next) {
  return next.peer == first.peer && next.local == first.local &&
         next.interface == first.interface && next.ttl == first.ttl && next.tos == first.tos &&
         next.flow_label == first.flow_label && next.option_bytes == 0;
}

// UDP_GRO: puts what waits behind the datagram `first` of `done` bytes behind it in `buffer`, if it
// is as long or, the last, shorter. Bytes in all.
size_t join_datagrams(Works& works, Slot& slot, const DatagramInfo& first, Bytes buffer,
                      size_t done) {
  constexpr size_t kSegmentsMax = 64;    // UDP_GRO_CNT_MAX
  constexpr size_t kJoinedMax = 65'535;  // as long as an IP packet can be
  const size_t step = done;
  for (size_t count = 1; count < kSegmentsMax && done == count * step; ++count) {
    DatagramInfo next;
    if ((slot.wanted & Wanted::kPacketOptions) != 0) next.options_room = works.scratch.options;
    const Result<size_t> waiting =
        api::receive(works.stack, works.now, slot.id, {}, {.peek = true}, &next);
    if (!waiting.ok() && waiting.error() != Error::kWouldBlock) slot.pending = waiting.error();
    const bool may_join = waiting.ok() && is_of_same_kind(first, next) && next.full_bytes > 0 &&
                          next.full_bytes <= step && done + next.full_bytes <= kJoinedMax;
    if (!may_join) break;
    const Bytes room = buffer.subspan(done);
    const Result<size_t> got = api::receive(works.stack, works.now, slot.id, {{room}}, {}, nullptr);
    if (!got.ok()) break;
    done += *got;
  }
  return done;
}

// Moves one datagram from the core to the handle: header, options, payload; or several as one.
// Bytes in all; 0: none.
size_t pass_datagram(Works& works, Slot& slot) {
  if (slot.kind == SocketKind::kPacket) return pass_frame(works, slot);
  auto& buffer = works.scratch.datagram;
  DatagramInfo info;
  if ((slot.wanted & Wanted::kPacketOptions) != 0) info.options_room = works.scratch.options;
  Result<size_t> got = api::receive(works.stack, works.now, slot.id, {{Bytes(buffer)}}, {}, &info);
  if (!got.ok()) {
    if (got.error() != Error::kWouldBlock) slot.pending = got.error();
    return 0;
  }
  DatagramHeader header = header_of(works, slot, info);
  const bool may_join = slot.kept_of(Kept::kUdpGro) != 0 && *got > 0 && info.option_bytes == 0;
  if (may_join) {
    const size_t joined = join_datagrams(works, slot, info, buffer, *got);
    if (joined > *got) header.segment_bytes = static_cast<uint16_t>(*got);
    got = joined;
  }
  iovec parts[] = {{&header, sizeof header},
                   {works.scratch.options.data(), info.option_bytes},
                   {buffer.data(), *got}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  if (!slot.receive_shut) sys::sendmsg(slot.end, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return sizeof header + info.option_bytes + *got;
}

void move_to_handle(Works& works, Slot& slot) {
  if (slot.ring.fd >= 0) return fill_ring(works, slot);
  const auto is_waiting = [&] {
    return api::readiness(works.stack, slot.id).has(Readiness::kReadable);
  };
  if (!is_waiting()) return works.watch.want_room(slot, false);
  uint32_t ahead = outstanding_bytes(slot.end);
  int count = 0;
  while (ahead < kAheadBytes && count < kTurnMessages) {
    const size_t bytes = pass_datagram(works, slot);
    if (bytes == 0) break;
    ahead += static_cast<uint32_t>(bytes) + kMessageOverhead;
    ++count;
  }
  if (count == kTurnMessages) works.slots.enqueue(slot);
  works.watch.want_room(slot, is_waiting());
}

// UDP_SEGMENT (udp_cmsg_send, udp_send_skb): a datagram of so many bytes after the other; no more
// than Linux takes at a time (UDP_MAX_SEGMENTS).
Error send_segments(Works& works, Slot& slot, ConstBytes payload, const DatagramHeader& header,
                    DatagramInfo& to, const api::SendOptions& options) {
  constexpr size_t kSegmentsMax = 128;
  const size_t asked = header.segment_bytes != 0
                           ? header.segment_bytes
                           : static_cast<size_t>(slot.kept_of(Kept::kUdpSegment));
  const size_t step = asked == 0 ? std::max<size_t>(payload.size(), 1) : asked;
  if (payload.size() > step * kSegmentsMax) return Error::kInvalid;
  if (asked != 0) to.segmented_bytes = static_cast<uint32_t>(payload.size());
  size_t done = 0;
  do {
    const ConstBytes piece = payload.subspan(done, std::min(step, payload.size() - done));
    const auto sent = api::send(works.stack, works.now, slot.id, {{piece}}, to, options);
    if (!sent.ok()) return sent.error();
    done += piece.size();
  } while (done < payload.size());
  return Error::kNone;
}

// Takes the options off the front of `payload` that the header says stand there. False: they are
// not what a hook sends.
bool take_options(const DatagramHeader& header, ConstBytes& payload, PacketOptions& options) {
  for (size_t i = 0; i < header.given_bytes.size(); ++i) {
    const size_t bytes = header.given_bytes[i];
    if (bytes == 0) continue;
    if (bytes > payload.size()) return false;
    if (!options.set(static_cast<PacketHeader>(i), payload.first(bytes)).ok()) return false;
    payload = payload.subspan(bytes);
  }
  return true;
}

// Where a datagram of the program shall go, and how.
DatagramInfo info_of(const DatagramHeader& header) {
  DatagramInfo to;
  to.peer = header.peer;
  to.local = header.local;
  to.interface = header.interface;
  to.ttl = header.ttl;
  to.tos = header.tos;
  to.flow_label = header.flow_label;
  return to;
}

// One message of the program. What has no header is payload for the connected peer.
void send_datagram(Works& works, Slot& slot, size_t bytes) {
  ConstBytes payload = ConstBytes(works.scratch.datagram).first(bytes);
  DatagramHeader header;
  if (bytes >= sizeof header) {
    std::memcpy(&header, payload.data(), sizeof header);
    if (header.mark == DatagramHeader::kMark) {
      payload = payload.subspan(sizeof header);
    } else {
      header = DatagramHeader{};
    }
  }
  if (slot.kind == SocketKind::kPacket) {
    slot.send_error = send_frame(works, slot, payload, payload.size() < bytes);
    return;
  }
  DatagramInfo to = info_of(header);
  PacketOptions packet_options;
  if (!take_options(header, payload, packet_options)) {
    slot.send_error = Error::kInvalid;
    return;
  }
  if (!packet_options.is_empty()) to.options = &packet_options;
  api::SendOptions options;
  options.more = (header.flags & DatagramHeader::kMore) != 0;
  if (options.more && slot.kind == SocketKind::kRaw) {
    slot.send_error = Error::kNotSupported;
    return;
  }
  options.dont_route =
      (header.flags & DatagramHeader::kDontRoute) != 0 || slot.kept_of(Kept::kDontRoute) != 0;
  const Error error = send_segments(works, slot, payload, header, to, options);
  if (error == Error::kNone) {
    if ((header.flags & DatagramHeader::kStamp) != 0) {
      slot.stamps.push(realtime_of(works.now));
    }
    return;
  }
  // There was room a moment ago: what is full now is the way out, not the socket's own queue.
  slot.send_error = error == Error::kWouldBlock ? Error::kNoBuffers : error;
  // If it was the pending one, the hook takes the wake back.
  if (api::pending_error(works.stack, slot.id) == Error::kNone) slot.wake_sent = false;
}

void move_to_core(Works& works, Slot& slot) {
  int count = 0;
  while (slot.may_read && !slot.program_ended && count < kTurnMessages) {
    if (!slot.is_closing && !api::readiness(works.stack, slot.id).has(Readiness::kWritable)) return;
    auto& buffer = works.scratch.datagram;
    const long got = sys::receive(slot.end, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) send_datagram(works, slot, static_cast<size_t>(got));
    if (got == 0) slot.program_ended = true;
    if (got <= 0) slot.may_read = false;
    ++count;
  }
  if (slot.may_read) works.slots.enqueue(slot);
}

// An error cannot be shown on the handle; a message that is none wakes the program.
void wake_for_errors(Works& works, Slot& slot) {
  if (!api::readiness(works.stack, slot.id).has(Readiness::kError) &&
      slot.pending == Error::kNone && !has_notice(works, slot)) {
    return;
  }
  const bool is_pending =
      slot.pending != Error::kNone || api::pending_error(works.stack, slot.id) != Error::kNone;
  if (is_pending && slot.wake_used) slot.wake_sent = slot.wake_used = false;
  const bool is_waiting = is_pending || has_notice(works, slot) ||
                          api::readiness(works.stack, slot.id).has(Readiness::kError);
  if (!is_waiting || slot.wake_sent) return;
  DatagramHeader header;
  header.flags = DatagramHeader::kWakeOnly;
  uint8_t message[sizeof header];
  std::memcpy(message, &header, sizeof header);
  slot.wake_sent = send_message(slot, message, sizeof message);
}

}  // namespace

void pump_datagrams(Works& works, Slot& slot) {
  if (slot.is_hung_up && !slot.is_closing) {
    begin_close(works, slot);
    if (slot.phase == SlotPhase::kFree) return;
  }
  move_to_core(works, slot);
  if (slot.is_closing) {
    if (slot.program_ended || !slot.may_read) finish_close(works, slot);
    return;
  }
  move_to_handle(works, slot);
  wake_for_errors(works, slot);
}

int check_send(Works& works, Slot& slot, const Request& request) {
  DatagramHeader header;
  if (slot.is_stream() || request.payload_bytes != sizeof header) return EPROTO;
  std::memcpy(&header, request.payload, sizeof header);
  const Status status =
      api::check_send(works.stack, works.now, slot.id, info_of(header), request.args[0] != 0);
  return to_errno(status.error());
}

void fail_datagrams(Works& works, Error error) {
  size_t n = 0;
  while (Slot* slot = works.slots.next(n)) {
    if (slot->phase != SlotPhase::kDatagram || slot->is_closing) continue;
    if (slot->kind == SocketKind::kPacket) continue;  // the core tells those that are bound to it
    const Result<Endpoint> local = api::local_endpoint(works.stack, slot->id);
    if (local.ok() && local->address.is_loopback()) continue;
    slot->pending = error;
    works.slots.enqueue(*slot);
  }
}

}  // namespace tapstack::shim
