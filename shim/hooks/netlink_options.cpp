// Options of netlink sockets, with the errors of netlink_setsockopt and netlink_getsockopt.
#include <linux/capability.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/capability.h"
#include "shim/common/option_table.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/netlink.h"
#include "shim/hooks/option_value.h"

namespace tapstack::shim::netlink {
namespace {

// Both of the engine's forms: an option of SOL_NETLINK, or (is_buffer) an Option.
int change(SlotId id, int64_t option, int64_t value, bool is_buffer) {
  Request request = ask::about(Op::kSetOption, id);
  request.args[0] = option;
  request.args[1] = value;
  request.args[2] = is_buffer;
  Reply reply;
  return ask::call(request, reply);
}

int question(SlotId id, int64_t option, bool is_buffer, Reply& reply) {
  Request request = ask::about(Op::kGetOption, id);
  request.args[0] = option;
  request.args[2] = is_buffer;
  return ask::call(request, reply);
}

int want(SlotId id, uint32_t bit, bool on) {
  const uint32_t wanted = descriptors::wanted(id);
  return descriptors::set_wanted(id, on ? wanted | bit : wanted & ~bit);
}

int set_netlink(SlotId id, int name, const void* value, socklen_t length) {
  int number = 0;  // what is shorter counts as 0
  if (length >= sizeof number) {
    if (value == nullptr) return EFAULT;
    std::memcpy(&number, value, sizeof number);
  }
  if (name == NETLINK_LISTEN_ALL_NSID && !has_capability(CAP_NET_BROADCAST)) return EPERM;
  const int error = change(id, name, number, false);
  if (error == 0 && name == NETLINK_PKTINFO) return want(id, Wanted::kPacketInfo, number != 0);
  return error;
}

int get_netlink(SlotId id, int name, void* value, socklen_t* length) {
  if (length == nullptr) return EFAULT;
  if (static_cast<int>(*length) < 0) return EINVAL;
  Reply reply;
  if (const int error = question(id, name, false, reply); error != 0) return error;
  const auto number = static_cast<int>(reply.value);
  if (name != NETLINK_LIST_MEMBERSHIPS) {
    if (*length < sizeof number) return EINVAL;
    return option_value::put(value, length, &number, sizeof number);
  }
  const size_t known = std::min<size_t>(reply.payload_bytes, static_cast<size_t>(number));
  const size_t bytes = std::min<size_t>(*length & ~3u, known);
  if (bytes > 0 && value == nullptr) return EFAULT;
  if (bytes > 0) std::memcpy(value, reply.payload, bytes);
  *length = static_cast<socklen_t>(number);
  return 0;
}

// The Option of a buffer's size, or -1.
int buffer_of(int name) {
  if (name == SO_RCVBUF || name == SO_RCVBUFFORCE) return static_cast<int>(Option::kReceiveBuffer);
  return name == SO_SNDBUF || name == SO_SNDBUFFORCE ? static_cast<int>(Option::kSendBuffer) : -1;
}

}  // namespace

bool get_option(const Handle& handle, int level, int name, void* value, socklen_t* length,
                int& error) {
  Reply reply;
  int number = 0;
  if (level == SOL_NETLINK) {
    error = get_netlink(handle.id, name, value, length);
    return true;
  }
  if (level != SOL_SOCKET) {
    error = ENOPROTOOPT;
    return true;
  }
  if (buffer_of(name) >= 0) {
    error = question(handle.id, buffer_of(name), true, reply);
    number = static_cast<int>(reply.value);
  } else if (name == SO_PASSCRED) {
    number = (descriptors::wanted(handle.id) & Wanted::kCredentials) != 0;
  } else if (name == SO_DOMAIN) {
    number = AF_NETLINK;
  } else {
    return false;
  }
  if (error == 0) error = option_value::put_int(level, value, length, number);
  return true;
}

bool set_option(const Handle& handle, int level, int name, const void* value, socklen_t length,
                int& error) {
  const bool is_own = level != SOL_SOCKET || buffer_of(name) >= 0 || name == SO_PASSCRED;
  if (!is_own) return false;
  int number = 0;
  if (level == SOL_NETLINK) {
    error = set_netlink(handle.id, name, value, length);
  } else if (level != SOL_SOCKET) {
    error = ENOPROTOOPT;
  } else if (length < sizeof number) {
    error = EINVAL;
  } else if (value == nullptr) {
    error = EFAULT;
  } else {
    std::memcpy(&number, value, sizeof number);
    error = name == SO_PASSCRED ? want(handle.id, Wanted::kCredentials, number != 0)
                                : change(handle.id, buffer_of(name), number, true);
  }
  return true;
}

}  // namespace tapstack::shim::netlink
