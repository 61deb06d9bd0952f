// Requests about options, errors and the state of a socket.
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/api/interfaces.h"
#include "shim/common/errno_map.h"
#include "shim/common/sys.h"
#include "shim/engine/requests.h"
#include "shim/engine/send_notices.h"
#include "shim/engine/stream_pump.h"
#include "shim/engine/urgent.h"

namespace tapstack::shim {
namespace {

// SO_BINDTODEVICE: the payload holds the name; an empty one takes the binding back.
int bind_to_interface(Works& works, Slot& slot, const Request& request) {
  char name[16] = {};
  const size_t length = std::min<size_t>(request.payload_bytes, sizeof name - 1);
  std::memcpy(name, request.payload, length);
  int64_t number = 0;
  if (name[0] != '\0') {
    const Result<InterfaceId> id = api::interface_by_name(works.stack, name);
    if (!id.ok()) return ENODEV;
    number = id->value;
  }
  const Status status =
      api::set_option(works.stack, works.now, slot.id, Option::kBindInterface, number);
  return to_errno(status.error());
}

TcpState tcp_state(Works& works, const Slot& slot) {
  if (!slot.is_stream()) return TcpState::kClosed;
  const Result<TcpInfo> info = api::tcp_info(works.stack, works.now, slot.id);
  return info.ok() ? info->state : TcpState::kClosed;
}

// A handshake may have ended since the pump last looked.
void refresh(Works& works, Slot& slot) {
  if (slot.phase == SlotPhase::kConnecting) pump_stream(works, slot);
}

}  // namespace

int set_option(Works& works, Slot& slot, const Request& request) {
  const auto option = static_cast<Option>(request.args[0]);
  if (option == Option::kBindInterface && request.payload_bytes > 0) {
    return bind_to_interface(works, slot, request);
  }
  const Status status = api::set_option(works.stack, works.now, slot.id, option, request.args[1]);
  if (status.ok() && option == Option::kReceiveBuffer && slot.is_stream()) {
    const int64_t quarter = std::max<int64_t>(request.args[1] / 4, 1);
    slot.credit_bytes = static_cast<uint32_t>(std::min<int64_t>(slot.credit_bytes, quarter));
  }
  return to_errno(status.error());
}

int get_option(Works& works, Slot& slot, const Request& request, Reply& reply) {
  const Result<int64_t> value =
      api::get_option(works.stack, slot.id, static_cast<Option>(request.args[0]));
  if (value.ok()) reply.value = *value;
  return to_errno(value.error());
}

int keep_option(Works& works, Slot& slot, const Request& request) {
  if (request.args[0] < 0 || request.args[0] >= static_cast<int64_t>(Kept::kCount)) return EPROTO;
  const auto option = static_cast<Kept>(request.args[0]);
  const auto value = static_cast<int32_t>(request.args[1]);
  if (option == Kept::kTimestamping) {
    slot.stamps.restart_keys();
    if (slot.is_stream()) begin_counting(works, slot, value);
  }
  slot.kept_of(option) = value;
  return 0;
}

int report_kept(Slot& slot, const Request& request, Reply& reply) {
  if (request.args[0] < 0 || request.args[0] >= static_cast<int64_t>(Kept::kCount)) return EPROTO;
  reply.value = slot.kept_of(static_cast<Kept>(request.args[0]));
  return 0;
}

int set_icmp6_filter(Works& works, Slot& slot, const Request& request) {
  Icmp6Filter filter;
  if (request.payload_bytes != sizeof filter) return EPROTO;
  std::memcpy(&filter, request.payload, sizeof filter);
  return to_errno(api::set_icmp6_filter(works.stack, slot.id, filter).error());
}

int report_icmp6_filter(Works& works, Slot& slot, Reply& reply) {
  const Result<Icmp6Filter> filter = api::icmp6_filter(works.stack, slot.id);
  return filter.ok() ? answer(reply, *filter) : to_errno(filter.error());
}

int set_packet_header(Works& works, Slot& slot, const Request& request) {
  const int64_t header = request.args[0];
  if (header < 0 || header > static_cast<int64_t>(PacketHeader::kDestination)) return EPROTO;
  if (request.payload_bytes > kPayloadBytes) return EPROTO;
  const ConstBytes bytes(request.payload, request.payload_bytes);
  return to_errno(api::set_packet_header(works.stack, works.now, slot.id,
                                         static_cast<PacketHeader>(header), bytes)
                      .error());
}

int report_packet_header(Works& works, Slot& slot, const Request& request, Reply& reply) {
  const int64_t header = request.args[0];
  if (header < 0 || header > static_cast<int64_t>(PacketHeader::kDestination)) return EPROTO;
  const auto bytes = api::packet_header(works.stack, slot.id, static_cast<PacketHeader>(header));
  if (!bytes.ok()) return to_errno(bytes.error());
  reply.payload_bytes = static_cast<uint16_t>(bytes->size());
  if (!bytes->empty()) std::memcpy(reply.payload, bytes->data(), bytes->size());
  return 0;
}

int take_error(Works& works, Slot& slot, Reply& reply) {
  const SlotId name = slot.name();
  refresh(works, slot);
  if (works.slots.find(name) == nullptr) return EBADF;
  Error error = slot.pending;
  if (error == Error::kNone) error = api::take_error(works.stack, slot.id);
  slot.pending = Error::kNone;
  // Errors that only wait in the queue announce themselves once: a program that never asks for them
  // must be able to sleep in recv().
  slot.wake_used = error == Error::kNone && slot.wake_sent;
  if (error != Error::kNone) slot.wake_sent = false;
  works.slots.enqueue(slot);
  reply.value = to_errno(error);
  return 0;
}

int report_status(Works& works, Slot& slot, Reply& reply) {
  const SlotId name = slot.name();
  refresh(works, slot);
  if (works.slots.find(name) == nullptr) return EBADF;
  const Readiness ready = api::readiness(works.stack, slot.id);
  SlotStatus status;
  status.kind = slot.kind;
  status.tcp_state = tcp_state(works, slot);
  status.is_listening = slot.phase == SlotPhase::kListening;
  status.was_connected = slot.was_connected;
  status.is_connected = slot.is_stream()
                            ? slot.was_connected && status.tcp_state != TcpState::kClosed
                            : slot.peer_set;
  status.is_bound = slot.is_bound;
  status.receive_shut = slot.receive_shut;
  status.send_shut = slot.send_shut;
  status.peer_closed = ready.has(Readiness::kPeerClosed);
  const Error in_core = slot.is_stream() ? Error::kNone : api::pending_error(works.stack, slot.id);
  status.pending_error = to_errno(slot.pending != Error::kNone ? slot.pending : in_core);
  status.readiness = ready.bits;
  status.has_queued_error = ready.has(Readiness::kError) || has_notice(works, slot);
  status.urgent_coming = slot.is_stream() && is_urgent_coming(works, slot);
  status.protocol = slot.protocol;
  status.wanted = slot.wanted;
  return answer(reply, status);
}

int report_queued_error(Works& works, Slot& slot, Reply& reply) {
  const Result<QueuedError> error = api::take_queued_error(works.stack, slot.id);
  if (!error.ok()) return to_errno(error.error());
  slot.wake_sent = slot.wake_used = false;
  works.slots.enqueue(slot);
  return answer(reply, *error);
}

int report_readable(Works& works, Slot& slot, Reply& reply) {
  const Result<size_t> bytes = api::readable_bytes(works.stack, slot.id);
  if (!bytes.ok()) return to_errno(bytes.error());
  reply.value = static_cast<int64_t>(*bytes - std::min<size_t>(*bytes, slot.moved_bytes));
  return 0;
}

int report_unsent(Works& works, Slot& slot, const Request& request, Reply& reply) {
  if (slot.phase == SlotPhase::kListening) return EINVAL;
  const Result<size_t> bytes = request.op == Op::kNotSent
                                   ? api::not_sent_bytes(works.stack, slot.id)
                                   : api::unsent_bytes(works.stack, slot.id);
  if (!bytes.ok()) return to_errno(bytes.error());
  int in_pair = 0;
  if (slot.phase == SlotPhase::kConnected) sys::ioctl(slot.end, FIONREAD, &in_pair);
  reply.value = static_cast<int64_t>(*bytes) + in_pair;
  return 0;
}

}  // namespace tapstack::shim
