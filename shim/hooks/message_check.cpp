#include "shim/hooks/message_check.h"

#include <limits.h>

#include <algorithm>
#include <cerrno>

#include "shim/common/user_memory.h"

namespace tapstack::shim {

int check_parts(const iovec* parts, size_t count) {
  if (count > UIO_MAXIOV) return EMSGSIZE;
  if (count == 0) return 0;
  if (usable(parts) == nullptr) return EFAULT;
  const bool is_any_negative = std::any_of(
      parts, parts + count, [](const iovec& part) { return part.iov_len > size_t{SSIZE_MAX}; });
  return is_any_negative ? EINVAL : 0;
}

int check_received(const msghdr& message) {
  const bool has_name = message.msg_name != nullptr;
  if (has_name && static_cast<int>(message.msg_namelen) < 0) return EINVAL;
  return check_parts(message.msg_iov, message.msg_iovlen);
}

int check_sent(const msghdr& message) {
  if (const int error = check_received(message); error != 0) return error;
  if (message.msg_controllen > size_t{INT_MAX}) return ENOBUFS;
  return message.msg_controllen > 0 && usable(message.msg_control) == nullptr ? EFAULT : 0;
}

}  // namespace tapstack::shim
