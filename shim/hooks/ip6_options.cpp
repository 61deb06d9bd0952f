#include "shim/hooks/ip6_options.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/hooks/ask.h"
#include "shim/hooks/devices.h"

namespace tapstack::shim {

static_assert(sizeof(Icmp6Filter) == sizeof(icmp6_filter));

// rawv6_seticmpfilter: what the program's is too short for stays as it was.
int set_icmp6_filter(const Handle& handle, const void* value, socklen_t length) {
  Reply reply;
  if (const int error = ask::call(ask::about(Op::kIcmp6Filter, handle.id), reply)) return error;
  Request request = ask::about(Op::kSetIcmp6Filter, handle.id);
  request.payload_bytes = sizeof(Icmp6Filter);
  std::memcpy(request.payload, reply.payload, sizeof(Icmp6Filter));
  const size_t bytes = std::min<size_t>(length, sizeof(Icmp6Filter));
  if (bytes > 0 && value == nullptr) return EFAULT;
  if (bytes > 0) std::memcpy(request.payload, value, bytes);
  return ask::call(request, reply);
}

int get_icmp6_filter(const Handle& handle, void* value, socklen_t* length) {
  Reply reply;
  if (const int error = ask::call(ask::about(Op::kIcmp6Filter, handle.id), reply)) return error;
  *length = std::min<socklen_t>(*length, sizeof(Icmp6Filter));
  if (*length > 0 && value == nullptr) return EFAULT;
  if (*length > 0) std::memcpy(value, reply.payload, *length);
  return 0;
}

int set_packet_info(const Handle& handle, const void* value, socklen_t length) {
  in6_pktinfo info{};
  if (length != 0 && length != sizeof info) return EINVAL;
  if (length != 0 && value == nullptr) return EFAULT;
  if (length != 0) std::memcpy(&info, value, sizeof info);
  if (!IN6_IS_ADDR_UNSPECIFIED(&info.ipi6_addr)) return ENOPROTOOPT;
  InterfaceRecord record;
  if (info.ipi6_ifindex != 0 && !interface_numbered(info.ipi6_ifindex, record)) return ENODEV;
  return ask::set_option(handle.id, Option::kBindInterface, info.ipi6_ifindex);
}

}  // namespace tapstack::shim
