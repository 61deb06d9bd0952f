#include "shim/hooks/netlink.h"

#include <linux/capability.h>
#include <linux/netlink.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "shim/common/capability.h"
#include "shim/common/sys.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/control.h"
#include "shim/hooks/new_handle.h"
#include "shim/hooks/result.h"

namespace tapstack::shim::netlink {
namespace {

constexpr int kTypeFlags = SOCK_CLOEXEC | SOCK_NONBLOCK;
constexpr int kTypeMask = 0xf;

// The address of a call; an errno or 0.
int take_address(const sockaddr* address, socklen_t length, sockaddr_nl& taken) {
  if (usable(address) == nullptr) return EFAULT;
  if (length < sizeof taken) return EINVAL;
  std::memcpy(&taken, address, sizeof taken);
  return taken.nl_family == AF_NETLINK ? 0 : EINVAL;
}

// Only who may change the network may write to others (NL_CFG_F_NONROOT_SEND).
bool may_address(const sockaddr_nl& to) {
  return (to.nl_pid == 0 && to.nl_groups == 0) || has_capability(CAP_NET_ADMIN);
}

}  // namespace

bool is_ours(int protocol) {
  switch (protocol) {
    case NETLINK_USERSOCK:
    case NETLINK_SELINUX:
    case NETLINK_ISCSI:
    case NETLINK_AUDIT:
    case NETLINK_CONNECTOR:
    case NETLINK_KOBJECT_UEVENT:
    case NETLINK_SCSITRANSPORT:
    case NETLINK_ECRYPTFS:
    case NETLINK_CRYPTO:
      return false;
    default:
      return true;
  }
}

int open(int type, int protocol) {
  constexpr int kTypeEnd = 11;  // SOCK_MAX of the kernel
  const int kind = type & kTypeMask;
  if ((type & ~(kTypeMask | kTypeFlags)) != 0 || kind >= kTypeEnd) return fail(EINVAL);
  if (kind != SOCK_RAW && kind != SOCK_DGRAM) return fail(ESOCKTNOSUPPORT);
  if (protocol < 0 || protocol >= MAX_LINKS) return fail(EPROTONOSUPPORT);
  Request request = ask::about(Op::kOpen, SlotId{});
  request.args[0] = AF_NETLINK;
  request.args[1] = kind;
  request.args[2] = protocol;
  request.args[3] = sys::call(SYS_getpid);
  Reply reply;
  int fd = -1;
  if (const int refused = ask::call(request, reply, &fd); refused != 0) return fail(refused);
  return finish_handle(fd, {.id = reply.slot, .is_netlink = true}, Phase::kUnknown,
                       type & kTypeFlags, 0);
}

int bind(const Handle& handle, const sockaddr* address, socklen_t length) {
  sockaddr_nl own;
  if (const int error = take_address(address, length, own); error != 0) return error;
  Request request = ask::about(Op::kBind, handle.id);
  request.args[0] = own.nl_pid;
  request.args[1] = own.nl_groups;
  Reply reply;
  return ask::call(request, reply);
}

int connect(const Handle& handle, const sockaddr* address, socklen_t length) {
  if (usable(address) == nullptr) return EFAULT;
  if (length < sizeof(sa_family_t)) return EINVAL;
  Request request = ask::about(Op::kConnect, handle.id);
  request.args[0] = -1;  // no descriptor goes along
  request.args[3] = address->sa_family == AF_UNSPEC;
  if (request.args[3] == 0) {
    sockaddr_nl peer;
    if (const int error = take_address(address, length, peer); error != 0) return error;
    if (!may_address(peer)) return EPERM;
    request.args[1] = peer.nl_pid;
    request.args[2] = peer.nl_groups;
  }
  Reply reply;
  return ask::call(request, reply);
}

int name(Op op, const Handle& handle, sockaddr* address, socklen_t* length) {
  Reply reply;
  if (const int error = ask::call(ask::about(op, handle.id), reply); error != 0) return error;
  NetlinkName found;
  std::memcpy(&found, reply.payload, sizeof found);
  const sockaddr_nl out{AF_NETLINK, 0, found.port, found.groups};
  if (usable(length) == nullptr || static_cast<int>(*length) < 0) {
    return usable(length) == nullptr ? EFAULT : EINVAL;
  }
  const size_t room = std::min<size_t>(*length, sizeof out);
  if (room > 0 && usable(address) == nullptr) return EFAULT;
  std::memcpy(address, &out, room);
  *length = sizeof out;
  return 0;
}

int address_header(const msghdr& message, DatagramHeader& header) {
  size_t bytes = 0;
  for (size_t i = 0; i < message.msg_iovlen; ++i) bytes += message.msg_iov[i].iov_len;
  if (bytes == 0) return ENODATA;
  if (has_capability(CAP_NET_ADMIN)) header.flags |= DatagramHeader::kIsAdmin;
  if (message.msg_name == nullptr || message.msg_namelen == 0) return 0;
  sockaddr_nl to;
  const auto* name = static_cast<const sockaddr*>(message.msg_name);
  if (const int error = take_address(name, message.msg_namelen, to); error != 0) return error;
  header.flags |= DatagramHeader::kHasNetlinkAddress;
  header.netlink_port = to.nl_pid;
  header.netlink_group =
      to.nl_groups == 0 ? 0 : static_cast<uint32_t>(std::countr_zero(to.nl_groups)) + 1;
  return 0;
}

void describe(const Handle& handle, const DatagramHeader& header, msghdr& message) {
  const uint32_t group = header.netlink_group;
  const bool has_bit = group >= 1 && group <= 32;
  const sockaddr_nl from{AF_NETLINK, 0, 0, has_bit ? 1u << (group - 1) : 0};
  if (message.msg_name != nullptr) {
    std::memcpy(message.msg_name, &from, std::min<size_t>(message.msg_namelen, sizeof from));
    message.msg_namelen = sizeof from;
  }
  control::Writer writer(message);
  const uint32_t wanted = descriptors::wanted(handle.id);
  if ((wanted & Wanted::kPacketInfo) != 0) {
    const nl_pktinfo info{group};
    writer.add(SOL_NETLINK, NETLINK_PKTINFO, &info, sizeof info);
  }
  if ((wanted & Wanted::kCredentials) != 0) {
    const ucred kernel{};
    writer.add(SOL_SOCKET, SCM_CREDENTIALS, &kernel, sizeof kernel);
  }
}

}  // namespace tapstack::shim::netlink
