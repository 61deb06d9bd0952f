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

int change(SlotId id, int option, int64_t value) {
  Request request = ask::about(Op::kSetOption, id);
  request.args[0] = option;
  request.args[1] = value;
  request.args[2] = kNetlinkLevel;
  Reply reply;
  return ask::call(request, reply);
}

int question(SlotId id, int option, Reply& reply) {
  Request request = ask::about(Op::kGetOption, id);
  request.args[0] = option;
  request.args[2] = kNetlinkLevel;
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
  const int error = change(id, name, number);
  if (error == 0 && name == NETLINK_PKTINFO) return want(id, Wanted::kPacketInfo, number != 0);
  return error;
}

int get_netlink(SlotId id, int name, void* value, socklen_t* length) {
  if (length == nullptr) return EFAULT;
  if (static_cast<int>(*length) < 0) return EINVAL;
  Reply reply;
  if (const int error = question(id, name, reply); error != 0) return error;
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

// SO_RCVBUF and SO_SNDBUF, and their forms for the privileged.
bool is_buffer(int name, Option& option) {
  const bool is_receive = name == SO_RCVBUF || name == SO_RCVBUFFORCE;
  option = is_receive ? Option::kReceiveBuffer : Option::kSendBuffer;
  return is_receive || name == SO_SNDBUF || name == SO_SNDBUFFORCE;
}

}  // namespace

bool get_option(const Handle& handle, int level, int name, void* value, socklen_t* length,
                int& error) {
  int number = 0;
  Option buffer{};
  if (level == SOL_NETLINK) {
    error = get_netlink(handle.id, name, value, length);
    return true;
  }
  if (level != SOL_SOCKET) {
    error = ENOPROTOOPT;
    return true;
  }
  if (is_buffer(name, buffer)) {
    int64_t value_now = 0;
    error = ask::get_option(handle.id, buffer, value_now);
    number = static_cast<int>(value_now);
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
  Option buffer{};
  const bool is_own = level != SOL_SOCKET || is_buffer(name, buffer) || name == SO_PASSCRED;
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
                                : ask::set_option(handle.id, buffer, number);
  }
  return true;
}

}  // namespace tapstack::shim::netlink
