#include "shim/hooks/special_options.h"

#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "shim/common/address.h"
#include "shim/common/option_table.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/devices.h"
#include "shim/hooks/filter_options.h"
#include "shim/hooks/group_options.h"
#include "shim/hooks/ip6_options.h"
#include "shim/hooks/option_value.h"
#include "shim/hooks/packet_headers.h"
#include "shim/hooks/tcp_info.h"
#include "shim/hooks/timestamping.h"

namespace tapstack::shim {
namespace {

using option_value::put;
using option_value::put_int;

constexpr size_t kCongestionNameMax = 16;  // Linux's TCP_CA_NAME_MAX

int get_congestion(SlotId id, void* value, socklen_t* length) {
  int64_t number = 0;
  if (const int error = ask::get_option(id, Option::kCongestion, number); error != 0) return error;
  char name[kCongestionNameMax] = {};
  const std::string_view text = name_of(static_cast<CongestionAlgorithm>(number));
  text.copy(name, sizeof name - 1);
  return put(value, length, name, sizeof name);
}

// As wide as the program's buffer: Linux has it as an int before 5.x and as a long since.
int get_pacing_rate(SlotId id, void* value, socklen_t* length) {
  int64_t rate = 0;
  if (const int error = ask::get_option(id, Option::kMaxPacingRate, rate); error != 0) return error;
  if (*length >= sizeof rate) return put(value, length, &rate, sizeof rate);
  const auto narrow = static_cast<uint32_t>(
      std::min<uint64_t>(static_cast<uint64_t>(rate), std::numeric_limits<uint32_t>::max()));
  return put(value, length, &narrow, sizeof narrow);
}

int set_congestion(SlotId id, const void* value, socklen_t length) {
  if (length < 1) return EINVAL;
  if (value == nullptr) return EFAULT;
  char name[kCongestionNameMax] = {};
  std::memcpy(name, value, std::min<size_t>(length, sizeof name - 1));
  const std::optional<CongestionAlgorithm> algorithm = congestion_named(name);
  if (!algorithm) return ENOENT;
  return ask::set_option(id, Option::kCongestion, static_cast<int64_t>(*algorithm));
}

// sock_setsockopt: a long where there is room for one, otherwise an int whose ~0 means no limit.
int set_pacing_rate(SlotId id, const void* value, socklen_t length) {
  uint32_t narrow = 0;
  if (length < sizeof narrow) return EINVAL;
  if (value == nullptr) return EFAULT;
  std::memcpy(&narrow, value, sizeof narrow);
  int64_t rate = narrow == std::numeric_limits<uint32_t>::max() ? -1 : int64_t{narrow};
  if (length == sizeof rate) std::memcpy(&rate, value, sizeof rate);
  return ask::set_option(id, Option::kMaxPacingRate, rate);
}

// raw_geticmpfilter, raw_seticmpfilter: what the program's is too short for stays as it was.
int get_icmp_filter(SlotId id, void* value, socklen_t* length) {
  int64_t filter = 0;
  if (const int error = ask::get_option(id, Option::kIcmpFilter, filter); error != 0) return error;
  const auto mask = static_cast<uint32_t>(filter);
  return put(value, length, &mask, sizeof mask);
}

int set_icmp_filter(SlotId id, const void* value, socklen_t length) {
  int64_t filter = 0;
  if (const int error = ask::get_option(id, Option::kIcmpFilter, filter); error != 0) return error;
  auto mask = static_cast<uint32_t>(filter);
  const size_t bytes = std::min<size_t>(length, sizeof mask);
  if (bytes > 0 && value == nullptr) return EFAULT;
  if (bytes > 0) std::memcpy(&mask, value, bytes);
  return ask::set_option(id, Option::kIcmpFilter, mask);
}

// SO_PEERNAME: getpeername(2), all of it or nothing (sk_getsockopt).
int get_peer_name(const Handle& handle, void* value, socklen_t* length) {
  Endpoint peer;
  if (ask::remote_endpoint(handle.id, peer) != 0) return ENOTCONN;
  sockaddr_storage name;
  socklen_t bytes = sizeof name;
  endpoint_to(handle.family(), peer, reinterpret_cast<sockaddr*>(&name), &bytes);
  return bytes < *length ? EINVAL : put(value, length, &name, bytes);
}

// IP_UNICAST_IF and IPV6_UNICAST_IF: an interface's number in network order.
int get_unicast_interface(SlotId id, int level, void* value, socklen_t* length) {
  const bool is_ip6 = level == IPPROTO_IPV6;
  int64_t index = 0;
  const int error =
      ask::get_option(id, is_ip6 ? Option::kIp6UnicastInterface : Option::kUnicastInterface, index);
  if (error != 0) return error;
  return put_int(level, value, length, static_cast<int>(htonl(static_cast<uint32_t>(index))));
}

int set_unicast_interface(SlotId id, int level, const void* value, socklen_t length) {
  uint32_t index = 0;
  if (length != sizeof index) return EINVAL;
  if (value == nullptr && level == IPPROTO_IP) return EFAULT;
  if (value != nullptr) std::memcpy(&index, value, sizeof index);
  const bool is_ip6 = level == IPPROTO_IPV6;
  return ask::set_option(id, is_ip6 ? Option::kIp6UnicastInterface : Option::kUnicastInterface,
                         ntohl(index));
}

bool is_unicast_interface(int level, int name) {
  return (level == IPPROTO_IP && name == IP_UNICAST_IF) ||
         (level == IPPROTO_IPV6 && name == IPV6_UNICAST_IF);
}

int get_of_sockets(const Handle& handle, int name, void* value, socklen_t* length) {
  const ucred nobody{0, static_cast<uid_t>(-1), static_cast<gid_t>(-1)};  // as on a TCP socket
  switch (name) {
    case SO_PEERCRED:
      return put(value, length, &nobody, sizeof nobody);
    case SO_BINDTODEVICE:
      return get_bound_device(handle.id, value, length);
    case SO_MAX_PACING_RATE:
      return handle.is_stream ? get_pacing_rate(handle.id, value, length) : ENOPROTOOPT;
    case SO_COOKIE: {
      const uint64_t cookie = cookie_of(handle.id);
      return *length < sizeof cookie ? EINVAL : put(value, length, &cookie, sizeof cookie);
    }
    case SO_PEERNAME:
      return get_peer_name(handle, value, length);
    default:
      return ENOPROTOOPT;
  }
}

int set_of_sockets(const Handle& handle, int name, const void* value, socklen_t length) {
  switch (name) {
    case SO_BINDTODEVICE:
      return bind_to_device(handle.id, value, length);
    case SO_MAX_PACING_RATE:
      return handle.is_stream ? set_pacing_rate(handle.id, value, length) : ENOPROTOOPT;
    case SO_CNX_ADVICE:
      return 0;  // reachability is confirmed by TCP itself
    default:
      return ENOPROTOOPT;
  }
}

}  // namespace

int get_special_option(const Handle& handle, uint8_t who, int level, int name, void* value,
                       socklen_t* length) {
  const SlotId id = handle.id;
  if (is_timestamping(level, name)) return get_timestamping(handle, value, length);
  if (is_filter_option(level, name)) return get_filter_option(handle, name, value, length);
  if (level == SOL_SOCKET) return get_of_sockets(handle, name, value, length);
  if (is_unicast_interface(level, name)) return get_unicast_interface(id, level, value, length);
  if (is_packet_header(level, name)) return get_packet_header(handle, name, value, length);
  if (level == IPPROTO_IP && name == IP_PKTOPTIONS && handle.is_stream) {
    return put(value, length, nullptr, 0);  // nothing of the kind was asked for
  }
  if (is_group_option(level, name)) return get_group_option(handle, level, name, value, length);
  if (level == IPPROTO_IPV6) return get_ip6_option(handle, who, name, value, length);
  if (level == IPPROTO_TCP && name == TCP_INFO) return get_tcp_info(id, value, length);
  if (level == IPPROTO_TCP && name == TCP_CONGESTION) return get_congestion(id, value, length);
  if (level == SOL_RAW && name == ICMP_FILTER && !handle.is_ip6) {
    return get_icmp_filter(id, value, length);
  }
  if (level == IPPROTO_ICMPV6 && name == ICMP6_FILTER) {
    return get_icmp6_filter(handle, value, length);
  }
  return ENOPROTOOPT;
}

int set_special_option(const Handle& handle, uint8_t who, int level, int name, const void* value,
                       socklen_t length) {
  const SlotId id = handle.id;
  if (is_timestamping(level, name)) return set_timestamping(handle, name, value, length);
  if (is_filter_option(level, name)) return set_filter_option(handle, name, value, length);
  if (level == SOL_SOCKET) return set_of_sockets(handle, name, value, length);
  if (is_unicast_interface(level, name)) return set_unicast_interface(id, level, value, length);
  if (is_packet_header(level, name)) return set_packet_header(handle, name, value, length);
  if (is_group_option(level, name)) return set_group_option(handle, level, name, value, length);
  if (level == IPPROTO_IPV6) return set_ip6_option(handle, who, name, value, length);
  if (level == IPPROTO_TCP && name == TCP_CONGESTION) return set_congestion(id, value, length);
  if (level == SOL_RAW && name == ICMP_FILTER && !handle.is_ip6) {
    return set_icmp_filter(id, value, length);
  }
  if (level == IPPROTO_ICMPV6 && name == ICMP6_FILTER) {
    return set_icmp6_filter(handle, value, length);
  }
  return ENOPROTOOPT;
}

}  // namespace tapstack::shim
