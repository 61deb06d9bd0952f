// Requests that make, connect and end sockets.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "core/api/packet_sockets.h"
#include "shim/common/errno_map.h"
#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/engine/accept_tokens.h"
#include "shim/engine/datagram_pump.h"
#include "shim/engine/fresh_slot.h"
#include "shim/engine/handle_pair.h"
#include "shim/engine/requests.h"
#include "shim/engine/slot_life.h"
#include "shim/engine/stream_pump.h"
#include "shim/engine/urgent.h"

namespace tapstack::shim {
namespace {

// Bytes in the pair that are worth a look whether the program reads: a small part of the window.
constexpr int64_t kCreditBytesMax = 16'384;

Family family_of(int64_t number) {
  if (number == AF_INET) return Family::kIp4;
  return number == AF_INET6 ? Family::kIp6 : Family::kNone;
}

// Joins a socket of the core with a pair. 0, or an errno: then both are closed.
int add_slot(Works& works, SocketId id, SocketKind kind, Family family, const HandlePair& pair) {
  Slot& slot = works.slots.add(id, kind);
  slot.family = family;
  slot.end = pair.end;
  slot.inode = inode_of(pair.handle);
  Identity identity{works.token, slot.name(), slot.is_stream(), family == Family::kIp6};
  identity.is_packet = kind == SocketKind::kPacket;
  int error = name_end(pair.end, identity);
  if (error == 0) error = works.watch.add(slot);
  if (error != 0) {
    sys::close(pair.handle);
    finish_close(works, slot);
    return error;
  }
  const Result<int64_t> buffer = api::get_option(works.stack, id, Option::kReceiveBuffer);
  // Read back doubled: a quarter of the buffer itself.
  const int64_t quarter = buffer.ok() ? *buffer / 8 : kCreditBytesMax;
  slot.credit_bytes = static_cast<uint32_t>(std::clamp<int64_t>(quarter, 1, kCreditBytesMax));
  return 0;
}

// What SO_PROTOCOL says of a socket: raw ones have a choice, and datagram ones between two.
uint8_t protocol_of(SocketKind kind, Family family, int64_t asked) {
  switch (kind) {
    case SocketKind::kTcp:
      return IPPROTO_TCP;
    case SocketKind::kUdp:
      return asked == IPPROTO_UDPLITE ? uint8_t{IPPROTO_UDPLITE} : uint8_t{IPPROTO_UDP};
    case SocketKind::kPing:
      return family == Family::kIp6 ? uint8_t{IPPROTO_ICMPV6} : uint8_t{IPPROTO_ICMP};
    case SocketKind::kRaw:
      return static_cast<uint8_t>(asked);
    case SocketKind::kPacket:
      break;  // it is asked for with the socket's name
  }
  return 0;
}

// The number names this socket's handle. It comes from a table of the hooks that may be stale.
bool is_handle_of(const Works& works, const Slot& slot, int64_t fd) {
  if (fd < 0) return false;
  const std::optional<Identity> identity = identity_of(static_cast<int>(fd));
  return identity && identity->token == works.token && identity->slot == slot.name();
}

// The program's handle that came with a request, or -1.
int handle_in(const Works& works, const Slot& slot, int64_t fd) {
  return is_handle_of(works, slot, fd) ? static_cast<int>(fd) : -1;
}

int connect_datagrams(Works& works, Slot& slot, const Request& request) {
  const Status status = api::connect(works.stack, works.now, slot.id, request.endpoint);
  if (status.ok()) slot.peer_set = request.endpoint.address.family() != Family::kNone;
  slot.is_bound |= status.ok();
  return to_errno(status.error());
}

Status connect_in_core(Works& works, const Slot& slot, const Request& request) {
  switch (static_cast<ConnectKind>(request.args[1])) {
    case ConnectKind::kEndOnly:
    case ConnectKind::kBadAddress:
      return api::end_connect(works.stack, works.now, slot.id);
    case ConnectKind::kWithText:
      return api::connect_with_text(works.stack, works.now, slot.id, request.endpoint);
    default:
      return api::connect(works.stack, works.now, slot.id, request.endpoint);
  }
}

// Fast Open: the SYN goes with what the program writes.
void defer_connecting(Works& works, Slot& slot) {
  slot.pending = Error::kNone;
  slot.phase = SlotPhase::kConnected;
  slot.was_connected = slot.is_bound = slot.may_read = true;
  works.slots.enqueue(slot);
}

// Whether connect() has told of a failure: the core's socket has no connection any more.
bool is_told_failure(const Slot& slot, Error error) {
  if (slot.phase != SlotPhase::kConnectFailed && slot.phase != SlotPhase::kConnected) return false;
  return error != Error::kNone && error != Error::kIsConnected && error != Error::kAlready &&
         error != Error::kInvalid && error != Error::kNotSupported;
}

}  // namespace

int open_packet_socket(Works& works, const Request& request, Reply& reply, int& fd_out) {
  HandlePair pair;
  if (const int error = open_pair(false, pair)) return error;
  const Result<SocketId> id = api::open_packet(works.stack, works.now, request.args[3] != 0,
                                               static_cast<uint16_t>(request.args[2]));
  if (!id.ok()) {
    close_pair(pair);
    return to_errno(id.error());
  }
  if (const int error = add_slot(works, *id, SocketKind::kPacket, Family::kNone, pair))
    return error;
  reply.slot = SlotId{id->index, id->generation};
  fd_out = pair.handle;
  return 0;
}

int open_socket(Works& works, const Request& request, Reply& reply, int& fd_out) {
  if (request.args[0] == AF_PACKET) return open_packet_socket(works, request, reply, fd_out);
  const Family family = family_of(request.args[0]);
  if (family == Family::kNone) return EAFNOSUPPORT;
  if (request.args[1] < 0 || request.args[1] > static_cast<int64_t>(SocketKind::kRaw))
    return EINVAL;
  const auto kind = static_cast<SocketKind>(request.args[1]);
  HandlePair pair;
  if (const int error = open_pair(kind == SocketKind::kTcp, pair)) return error;
  const Result<SocketId> id =
      api::open(works.stack, works.now, family, kind, static_cast<uint8_t>(request.args[2]));
  if (!id.ok()) {
    close_pair(pair);
    return to_errno(id.error());
  }
  if (const int error = add_slot(works, *id, kind, family, pair)) return error;
  if (kind == SocketKind::kTcp) keep_urgent_in_queue(works, *id);
  reply.slot = SlotId{id->index, id->generation};
  Slot& slot = *works.slots.find(*id);
  slot.protocol = protocol_of(kind, family, request.args[2]);
  slot.uid = static_cast<uint32_t>(request.args[3]);
  fd_out = pair.handle;
  return 0;
}

int accept_connection(Works& works, Slot& listener, const Request& request, Reply& reply,
                      int& fd_out) {
  if (listener.phase != SlotPhase::kListening) {
    // It was shut down, and who waited has taken the byte that was to wake the others, too.
    if (listener.failure_byte && outstanding_bytes(listener.end) == 0) wake_readers(listener);
    return EINVAL;
  }
  redeem_token(listener);
  works.slots.enqueue(listener);  // the token comes back if this fails
  HandlePair pair;
  if (const int error = open_pair(true, pair)) return error;
  const Result<api::Accepted> accepted = api::accept(works.stack, works.now, listener.id);
  if (!accepted.ok()) {
    close_pair(pair);
    return to_errno(accepted.error());
  }
  if (const int error = add_slot(works, accepted->id, SocketKind::kTcp, listener.family, pair))
    return error;
  Slot& slot = *works.slots.find(accepted->id);
  slot.phase = SlotPhase::kConnected;
  slot.was_connected = slot.is_bound = slot.may_read = true;
  slot.protocol = IPPROTO_TCP;
  slot.uid = static_cast<uint32_t>(request.args[0]);
  slot.wanted = listener.wanted;
  slot.kept = listener.kept;
  slot.kept_of(Kept::kPriority) = 0;  // sk_clone_lock
  limit_handle(works, accepted->id, pair.handle);
  works.slots.enqueue(slot);
  reply.slot = slot.name();
  reply.endpoint = accepted->peer;
  fd_out = pair.handle;
  return 0;
}

int listen_on(Works& works, Slot& slot, const Request& request) {
  const int64_t backlog = std::clamp<int64_t>(request.args[0], 0, kConfig.tcp_backlog_max);
  const Status status =
      api::listen(works.stack, works.now, slot.id, static_cast<uint32_t>(backlog));
  if (!status.ok()) return to_errno(status.error());
  if (slot.phase == SlotPhase::kListening) return 0;
  slot.phase = SlotPhase::kListening;
  slot.is_bound = true;
  const int handle = handle_in(works, slot, request.args[1]);
  take_failure_byte(slot, handle);
  if (handle >= 0) slot.ballast_bytes = add_ballast(handle);
  works.slots.enqueue(slot);
  return 0;
}

int connect_to(Works& works, Slot& slot, const Request& request) {
  if (!slot.is_stream()) return connect_datagrams(works, slot, request);
  if (slot.phase == SlotPhase::kConnecting) pump_stream(works, slot);  // it may have ended
  const int handle = handle_in(works, slot, request.args[0]);
  const auto kind = static_cast<ConnectKind>(request.args[1]);
  if (kind == ConnectKind::kBadAddress && slot.phase == SlotPhase::kFresh) {
    return static_cast<int>(request.args[2]);
  }
  const Status status = connect_in_core(works, slot, request);
  const bool is_attempt = kind == ConnectKind::kPlain || kind == ConnectKind::kWithText;
  const bool dissolves = is_attempt && request.endpoint.address.family() == Family::kNone;
  if (status.ok() && dissolves) {
    make_fresh(works, slot, handle);
  } else if (status.ok() && slot.phase == SlotPhase::kFresh) {
    defer_connecting(works, slot);
  } else if (status.error() == Error::kInProgress && slot.phase == SlotPhase::kFresh) {
    slot.pending = Error::kNone;
    slot.is_bound = true;
    begin_connecting(slot, handle);
    works.slots.enqueue(slot);
  } else if (is_told_failure(slot, status.error())) {
    // The pump may have taken the error out of the core before.
    const Error error = slot.pending != Error::kNone ? slot.pending : status.error();
    slot.pending = Error::kNone;
    make_fresh(works, slot, handle);
    return to_errno(error);
  }
  return to_errno(status.error());
}

namespace {

// A listener stops, an attempt to connect is given up; anything else is not connected.
int shut_unconnected(Works& works, Slot& slot, Shutdown how, int handle) {
  const Status status = api::shutdown(works.stack, works.now, slot.id, how);
  const bool was_listening = slot.phase == SlotPhase::kListening;
  if (was_listening ? how != Shutdown::kSend : slot.phase == SlotPhase::kConnecting) {
    make_fresh(works, slot, handle);
    wake_readers(slot);
  }
  return to_errno(status.error());
}

// inet_shutdown: TCP_CLOSE is not connected, whatever it was before.
bool is_over(Works& works, const Slot& slot) {
  const Result<TcpInfo> info = api::tcp_info(works.stack, works.now, slot.id);
  return info.ok() && (info->state == TcpState::kClosed || info->state == TcpState::kTimeWait);
}

}  // namespace

int shut_down(Works& works, Slot& slot, const Request& request) {
  const int64_t how = request.args[0];
  if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR) return EINVAL;
  if (slot.phase == SlotPhase::kConnecting) pump_stream(works, slot);  // it may have ended
  const bool is_pumped = slot.phase == SlotPhase::kConnected || slot.phase == SlotPhase::kDatagram;
  if (!is_pumped) {
    const Shutdown what = how == SHUT_RD   ? Shutdown::kReceive
                          : how == SHUT_WR ? Shutdown::kSend
                                           : Shutdown::kBoth;
    return shut_unconnected(works, slot, what, handle_in(works, slot, request.args[1]));
  }
  if (slot.is_stream() && is_over(works, slot)) return ENOTCONN;
  // Linux shuts an unconnected datagram socket down and answers ENOTCONN all the same.
  const int error = slot.is_stream() || slot.peer_set ? 0 : ENOTCONN;
  if (how != SHUT_RD) {
    slot.send_shut = true;
    refuse_writes(works, slot);  // the FIN follows what was written before
    if (!slot.is_stream()) api::shutdown(works.stack, works.now, slot.id, Shutdown::kSend).ignore();
  }
  if (how != SHUT_WR) {
    slot.receive_shut = true;
    show_end(works, slot);
    api::shutdown(works.stack, works.now, slot.id, Shutdown::kReceive).ignore();
  }
  works.slots.enqueue(slot);
  return error;
}

int close_handle(Works& works, Slot& slot, bool has_copies) {
  if (has_copies) return flush(works, slot);
  begin_close(works, slot);
  return 0;
}

int flush(Works& works, Slot& slot) {
  slot.may_read = true;
  const SlotId name = slot.name();
  if (slot.is_stream()) {
    pump_stream(works, slot);
  } else {
    pump_datagrams(works, slot);
  }
  Slot* after = works.slots.find(name);
  if (after == nullptr) return 0;
  const int error = to_errno(after->send_error);
  after->send_error = Error::kNone;
  return error;
}

}  // namespace tapstack::shim
