#include "shim/hooks/tcp_info.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/linux_tcp_info.h"
#include "shim/hooks/ask.h"

namespace tapstack::shim {

int get_tcp_info(SlotId id, void* value, socklen_t* length) {
  Reply reply;
  if (const int error = ask::call(ask::about(Op::kTcpInfo, id), reply); error != 0) return error;
  TcpInfo from;
  if (reply.payload_bytes < sizeof from) return EPROTO;
  std::memcpy(static_cast<void*>(&from), reply.payload, sizeof from);
  const tcp_info to = to_linux(from);
  *length = static_cast<socklen_t>(std::min<size_t>(*length, sizeof to));
  if (*length > 0 && value == nullptr) return EFAULT;
  if (*length > 0) std::memcpy(value, &to, *length);
  return 0;
}

}  // namespace tapstack::shim
