#include "shim/netlink/diag/netlink_requests.h"

#include <linux/netlink_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <cerrno>

#include "shim/engine/handle_pair.h"
#include "shim/netlink/state.h"

namespace tapstack::shim::netlink::diag {
namespace {

bool is_wanted(const netlink_diag_req& request, uint32_t what) {
  return (request.ndiag_show & what) != 0;
}

void write_memory(Writer& out, uint32_t unread, uint32_t receive_buffer, uint32_t send_buffer) {
  uint32_t values[SK_MEMINFO_VARS] = {};
  values[SK_MEMINFO_RMEM_ALLOC] = unread;
  values[SK_MEMINFO_RCVBUF] = receive_buffer;
  values[SK_MEMINFO_SNDBUF] = send_buffer;
  out.number(NETLINK_DIAG_MEMINFO, values);
}

uint32_t flags_of(const Socket& socket) {
  uint32_t flags = 0;
  if (socket.dump.is_active) flags |= NDIAG_FLAG_CB_RUNNING;
  if (socket.wants_packet_info) flags |= NDIAG_FLAG_PKTINFO;
  if (socket.tells_broadcast_errors) flags |= NDIAG_FLAG_BROADCAST_ERROR;
  if (socket.ignores_overruns) flags |= NDIAG_FLAG_NO_ENOBUFS;
  if (socket.listens_to_all) flags |= NDIAG_FLAG_LISTEN_ALL_NSID;
  if (socket.caps_acks) flags |= NDIAG_FLAG_CAP_ACK;
  return flags;
}

// The side of a protocol that answers: the kernel's, on Linux.
bool write_answerer(Writer& out, const netlink_diag_req& request, const Family& family) {
  netlink_diag_msg head{};
  head.ndiag_family = AF_NETLINK;
  head.ndiag_type = SOCK_DGRAM;
  head.ndiag_protocol = static_cast<uint8_t>(family.protocol);
  out.begin(SOCK_DIAG_BY_FAMILY);
  out.fixed(head);
  if (is_wanted(request, NDIAG_SHOW_MEMINFO)) write_memory(out, 0, 0, 0);
  if (is_wanted(request, NDIAG_SHOW_FLAGS)) out.number(NETLINK_DIAG_FLAGS, uint32_t{0});
  return out.end();
}

bool write_socket(Call& call, const netlink_diag_req& request, const Slot& slot) {
  const Socket& socket = call.works.netlink.of(slot);
  const uint64_t cookie = cookie_of(slot.name());
  netlink_diag_msg head{};
  head.ndiag_family = AF_NETLINK;
  head.ndiag_type = slot.kind == SocketKind::kRaw ? SOCK_RAW : SOCK_DGRAM;
  head.ndiag_protocol = static_cast<uint8_t>(socket.protocol);
  head.ndiag_state = socket.peer_port != 0;  // NETLINK_CONNECTED
  head.ndiag_portid = socket.port;
  head.ndiag_dst_portid = socket.peer_port;
  head.ndiag_dst_group = socket.peer_group;
  head.ndiag_ino = static_cast<uint32_t>(slot.inode);
  head.ndiag_cookie[0] = static_cast<uint32_t>(cookie);
  head.ndiag_cookie[1] = static_cast<uint32_t>(cookie >> 32);
  Writer& out = call.out;
  out.begin(SOCK_DIAG_BY_FAMILY);
  out.fixed(head);
  if (is_wanted(request, NDIAG_SHOW_GROUPS)) out.number(NETLINK_DIAG_GROUPS, socket.groups);
  if (is_wanted(request, NDIAG_SHOW_MEMINFO)) {
    write_memory(out, outstanding_bytes(slot.end), socket.receive_buffer, socket.send_buffer);
  }
  if (is_wanted(request, NDIAG_SHOW_FLAGS)) out.number(NETLINK_DIAG_FLAGS, flags_of(socket));
  return out.end();
}

bool is_protocol_wanted(const netlink_diag_req& request, int protocol) {
  return request.sdiag_protocol == NDIAG_PROTO_ALL || request.sdiag_protocol == protocol;
}

// Those that answer, of protocols from `at` on. False: no room.
bool write_answerers(Call& call, const netlink_diag_req& wanted, uint64_t& at) {
  for (; at < MAX_LINKS; ++at) {
    const Family* family = find_family(static_cast<int64_t>(at));
    if (family == nullptr || !is_protocol_wanted(wanted, family->protocol)) continue;
    if (!write_answerer(call.out, wanted, *family)) return false;
  }
  return true;
}

// Those of programs, from the position `at` on.
bool write_programs(Call& call, const netlink_diag_req& wanted, uint64_t& at) {
  size_t position = Slots::kFirstOwn + at;
  while (const Slot* slot = call.works.slots.next(position)) {
    const bool is_listed = slot->phase == SlotPhase::kNetlink && !slot->is_closing &&
                           is_protocol_wanted(wanted, call.works.netlink.of(*slot).protocol);
    if (is_listed && !write_socket(call, wanted, *slot)) return false;
    at = position - Slots::kFirstOwn;
  }
  return true;
}

}  // namespace

int serve_netlink(const Message& request) {
  if (!request.has<netlink_diag_req>()) return EINVAL;
  return request.is_dump() ? kDump : EOPNOTSUPP;
}

int dump_netlink(Call& call, const Message& request, Cursor& at) {
  const auto wanted = request.fixed<netlink_diag_req>();
  const bool is_one = wanted.sdiag_protocol != NDIAG_PROTO_ALL;
  if (is_one && wanted.sdiag_protocol >= MAX_LINKS) return ENOENT;
  if (write_answerers(call, wanted, at[0]) && write_programs(call, wanted, at[1])) return 0;
  return call.out.is_empty() ? EMSGSIZE : kMore;
}

}  // namespace tapstack::shim::netlink::diag
