#include "shim/netlink/requests.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>

#include "shim/common/errno_map.h"
#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/engine/handle_pair.h"
#include "shim/engine/requests.h"
#include "shim/engine/slot_life.h"
#include "shim/netlink/family.h"
#include "shim/netlink/serve.h"
#include "shim/netlink/state.h"

namespace tapstack::shim::netlink {
namespace {

// net.core.rmem_default, as SO_RCVBUF reads it back.
constexpr uint32_t kBufferDefault = 212'992;
constexpr uint32_t kBufferMin = 2'304;      // SOCK_MIN_RCVBUF
constexpr uint32_t kBufferMax = 8'388'608;  // what SO_RCVBUFFORCE may ask for here

bool is_port_taken(Works& works, const Socket& asker, uint32_t port) {
  size_t n = Slots::kFirstOwn;
  while (Slot* slot = works.slots.next(n)) {
    const Socket& other = works.netlink.of(*slot);
    if (&other != &asker && other.protocol == asker.protocol && other.port == port) return true;
  }
  return false;
}

}  // namespace

void bind_any(Works& works, Socket& socket) {
  if (socket.port != 0) return;
  constexpr uint32_t kFirstFree = static_cast<uint32_t>(-4097);
  uint32_t port = socket.process;
  if (port == 0 || is_port_taken(works, socket, port)) port = kFirstFree;
  while (is_port_taken(works, socket, port)) --port;
  socket.port = port;
}

namespace {

void tell_membership(Works& works, const Socket& socket, uint32_t group) {
  const Family* family = find_family(socket.protocol);
  if (family->on_membership != nullptr) family->on_membership(works, group);
}

// The first 32 groups as bind() names them, those of the protocol that are there.
void join_first(Works& works, Socket& socket, uint32_t groups) {
  if (groups == socket.groups[0]) return;
  const uint32_t before = socket.groups[0];
  socket.groups[0] = groups;
  const uint32_t changed = before ^ groups;
  for (uint32_t group = 1; group <= 32; ++group) {
    if ((changed >> (group - 1) & 1) != 0) tell_membership(works, socket, group);
  }
}

int bind_socket(Works& works, Socket& socket, const Request& request) {
  const auto port = static_cast<uint32_t>(request.args[0]);
  if (socket.port != 0 && port != socket.port) return EINVAL;
  if (socket.port == 0 && port != 0) {
    if (is_port_taken(works, socket, port)) return EADDRINUSE;
    socket.port = port;
  }
  bind_any(works, socket);
  join_first(works, socket, static_cast<uint32_t>(request.args[1]));
  return 0;
}

int connect_socket(Works& works, Socket& socket, const Request& request) {
  const bool dissolves = request.args[3] == 1;
  const auto groups = static_cast<uint32_t>(request.args[2]);
  if (!dissolves) bind_any(works, socket);
  socket.peer_port = dissolves ? 0 : static_cast<uint32_t>(request.args[1]);
  socket.peer_group =
      dissolves || groups == 0 ? 0 : static_cast<uint32_t>(std::countr_zero(groups)) + 1;
  return 0;
}

bool* flag_of(Socket& socket, int64_t option) {
  switch (option) {
    case NETLINK_PKTINFO:
      return &socket.wants_packet_info;
    case NETLINK_BROADCAST_ERROR:
      return &socket.tells_broadcast_errors;
    case NETLINK_NO_ENOBUFS:
      return &socket.ignores_overruns;
    case NETLINK_LISTEN_ALL_NSID:
      return &socket.listens_to_all;
    case NETLINK_CAP_ACK:
      return &socket.caps_acks;
    case NETLINK_EXT_ACK:
      return &socket.wants_extended_acks;
    case NETLINK_GET_STRICT_CHK:
      return &socket.is_strict;
    default:
      return nullptr;
  }
}

int change_membership(Works& works, Socket& socket, uint32_t group, bool joins) {
  if (group == 0 || group > std::max(find_family(socket.protocol)->groups_max, 32u)) return EINVAL;
  socket.set_member(group, joins);
  tell_membership(works, socket, group);
  return 0;
}

// Of SOL_SOCKET: sizes of buffers as Linux bounds them; null: not one of those.
uint32_t* buffer_of(Socket& socket, int64_t option) {
  if (option == static_cast<int64_t>(Option::kReceiveBuffer)) return &socket.receive_buffer;
  return option == static_cast<int64_t>(Option::kSendBuffer) ? &socket.send_buffer : nullptr;
}

// The bit of an option that is only kept; 0: none such.
uint64_t kept_bit(int64_t option) {
  constexpr int64_t kBits = 64;
  return option >= 0 && option < kBits ? uint64_t{1} << option : 0;
}

int set_socket_option(Socket& socket, const Request& request) {
  const auto value = static_cast<uint32_t>(request.args[1]);
  if (uint32_t* const buffer = buffer_of(socket, request.args[0])) {
    *buffer = std::clamp(std::min(value, kBufferMax) * 2, kBufferMin, kBufferMax * 2);
    return 0;
  }
  const uint64_t bit = kept_bit(request.args[0]);
  if (bit == 0) return ENOPROTOOPT;
  socket.kept_options = value != 0 ? socket.kept_options | bit : socket.kept_options & ~bit;
  return 0;
}

int get_socket_option(Socket& socket, const Request& request, Reply& reply) {
  const uint64_t bit = kept_bit(request.args[0]);
  if (const uint32_t* const buffer = buffer_of(socket, request.args[0])) {
    reply.value = *buffer;
    return 0;
  }
  reply.value = (socket.kept_options & bit) != 0;
  return bit != 0 ? 0 : ENOPROTOOPT;
}

int set_option(Works& works, Slot& slot, Socket& socket, const Request& request) {
  if (request.args[2] != kNetlinkLevel) return set_socket_option(socket, request);
  const auto value = static_cast<uint32_t>(request.args[1]);
  if (request.args[0] == NETLINK_ADD_MEMBERSHIP || request.args[0] == NETLINK_DROP_MEMBERSHIP) {
    return change_membership(works, socket, value, request.args[0] == NETLINK_ADD_MEMBERSHIP);
  }
  bool* const flag = flag_of(socket, request.args[0]);
  if (flag == nullptr) return ENOPROTOOPT;
  *flag = value != 0;
  if (request.args[0] == NETLINK_NO_ENOBUFS && value != 0) {
    socket.is_congested = false;
    slot.pending = Error::kNone;
  }
  return 0;
}

int get_option(Socket& socket, const Request& request, Reply& reply) {
  if (request.args[2] != kNetlinkLevel) return get_socket_option(socket, request, reply);
  if (request.args[0] == NETLINK_LIST_MEMBERSHIPS) {
    const uint32_t groups = std::max(find_family(socket.protocol)->groups_max, 32u);
    reply.value = (groups + 31) / 32 * 4;
    return answer(reply, socket.groups);
  }
  const bool* const flag = flag_of(socket, request.args[0]);
  if (flag == nullptr) return ENOPROTOOPT;
  reply.value = *flag;
  return 0;
}

int take_error(Slot& slot, Reply& reply) {
  reply.value = to_errno(slot.pending);
  slot.pending = Error::kNone;
  slot.wake_sent = false;
  return 0;
}

int report_status(const Slot& slot, const Socket& socket, Reply& reply) {
  SlotStatus status;
  status.kind = slot.kind;
  status.is_bound = socket.port != 0;
  status.pending_error = to_errno(slot.pending);
  status.readiness = Readiness::kWritable;
  status.protocol = static_cast<uint8_t>(socket.protocol);
  status.wanted = slot.wanted;
  return answer(reply, status);
}

int answer_writes(Works& works, Slot& slot) {
  slot.may_read = true;
  const SlotId name = slot.name();
  pump(works, slot);
  if (works.slots.find(name) == nullptr) return 0;
  const int error = slot.netlink_send_error;
  slot.netlink_send_error = 0;
  return error;
}

int close_socket(Works& works, Slot& slot, bool has_copies) {
  if (!has_copies) begin_close(works, slot);
  return 0;
}

}  // namespace

int open_socket(Works& works, const Request& request, Reply& reply, int& fd_out) {
  if (find_family(request.args[2]) == nullptr) return EPROTONOSUPPORT;
  HandlePair pair;
  if (const int error = open_pair(false, pair)) return error;
  const SocketKind kind = request.args[1] == SOCK_RAW ? SocketKind::kRaw : SocketKind::kUdp;
  Slot* const slot = works.slots.add_own(kind);
  if (slot == nullptr) {
    close_pair(pair);
    return ENOBUFS;
  }
  slot->end = pair.end;
  slot->inode = inode_of(pair.handle);
  Socket& socket = works.netlink.of(*slot);
  socket = Socket{};
  socket.protocol = static_cast<int32_t>(request.args[2]);
  socket.process = static_cast<uint32_t>(request.args[3]);
  socket.receive_buffer = socket.send_buffer = kBufferDefault;
  const Identity identity{.token = works.token, .slot = slot->name(), .is_netlink = true};
  int error = name_end(pair.end, identity);
  if (error == 0) error = works.watch.add(*slot);
  if (error != 0) {
    sys::close(pair.handle);
    finish_close(works, *slot);
    return error;
  }
  reply.slot = slot->name();
  fd_out = pair.handle;
  return 0;
}

int serve_call(Works& works, Slot& slot, const Request& request, Reply& reply) {
  Socket& socket = works.netlink.of(slot);
  switch (request.op) {
    case Op::kBind:
      return bind_socket(works, socket, request);
    case Op::kConnect:
      return connect_socket(works, socket, request);
    case Op::kLocalEndpoint:
      return answer(reply, NetlinkName{socket.port, socket.groups[0]});
    case Op::kRemoteEndpoint: {
      const uint32_t group = socket.peer_group;
      return answer(reply, NetlinkName{socket.peer_port, group == 0 ? 0 : 1u << (group - 1)});
    }
    case Op::kSetOption:
      return set_option(works, slot, socket, request);
    case Op::kGetOption:
      return get_option(socket, request, reply);
    case Op::kTakeError:
      return take_error(slot, reply);
    case Op::kStatus:
      return report_status(slot, socket, reply);
    case Op::kFlush:
      return answer_writes(works, slot);
    case Op::kClose:
      return close_socket(works, slot, request.args[0] == 1);
    case Op::kKeep:
      return keep_option(works, slot, request);
    case Op::kKept:
      return report_kept(slot, request, reply);
    case Op::kSetWanted:
      slot.wanted = static_cast<uint32_t>(request.args[0]);
      return 0;
    default:
      return EOPNOTSUPP;
  }
}

void forget(Works& works, Slot& slot) {
  Socket& socket = works.netlink.of(slot);
  const auto groups = socket.groups;
  socket.groups = {};
  for (uint32_t group = 1; group <= Socket::kGroupsMax; ++group) {
    if ((groups[(group - 1) / 32] >> (group - 1) % 32 & 1) == 0) continue;
    tell_membership(works, socket, group);
  }
}

}  // namespace tapstack::shim::netlink
