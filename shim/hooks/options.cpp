// getsockopt and setsockopt, with Linux's rules for lengths and its errors.
#include <arpa/inet.h>
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
#include "shim/common/stream_buffer.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/datagram.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/devices.h"
#include "shim/hooks/group_options.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/ip6_options.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/stream.h"
#include "shim/hooks/tcp_info.h"

namespace tapstack::shim {
namespace {

constexpr size_t kCongestionNameMax = 16;  // Linux's TCP_CA_NAME_MAX

// Copies at most *length bytes out and says how many there were to copy.
int put(void* value, socklen_t* length, const void* from, size_t bytes) {
  if (static_cast<int>(*length) < 0) return EINVAL;
  *length = static_cast<socklen_t>(std::min<size_t>(*length, bytes));
  if (*length > 0 && value == nullptr) return EFAULT;
  if (*length > 0 && from != nullptr) std::memcpy(value, from, *length);
  return 0;
}

int put_int(int level, void* value, socklen_t* length, int number) {
  // ip_getsockopt: a buffer shorter than an int gets one byte, if the value fits.
  if (level == IPPROTO_IP && *length > 0 && *length < sizeof number && number >= 0 &&
      number <= 255) {
    const auto byte = static_cast<uint8_t>(number);
    return put(value, length, &byte, sizeof byte);
  }
  return put(value, length, &number, sizeof number);
}

int socket_type(SocketKind kind) {
  if (kind == SocketKind::kTcp) return SOCK_STREAM;
  return kind == SocketKind::kRaw ? SOCK_RAW : SOCK_DGRAM;
}

int take_error(int fd, const Handle& handle) {
  const int error = ask::take_error(handle.id);
  if (error == 0) return 0;
  if (!handle.is_stream) {
    datagram::drop_wake(fd);
  } else if (descriptors::phase(handle.id) != Phase::kConnected && !stream::is_connected(handle)) {
    descriptors::set_phase(handle.id, Phase::kFailed);
  }
  return error;
}

int get_fixed(int fd, const Handle& handle, int name, void* value, socklen_t* length) {
  int number = 0;
  SlotStatus status;
  switch (name) {
    case SO_ERROR:
      number = take_error(fd, handle);
      break;
    case SO_DOMAIN:
      number = handle.is_ip6 ? AF_INET6 : AF_INET;
      break;
    case SO_SNDLOWAT:
      number = 1;
      break;
    default:
      if (!ask::status(handle.id, status)) return ENOTCONN;
      number = name == SO_TYPE       ? socket_type(status.kind)
               : name == SO_PROTOCOL ? status.protocol
                                     : status.is_listening;
  }
  return put_int(SOL_SOCKET, value, length, number);
}

int get_row(int fd, const Handle& handle, const OptionRow& row, void* value, socklen_t* length) {
  if (row.style == OptionStyle::kFixed) return get_fixed(fd, handle, row.name, value, length);
  if (row.level == IPPROTO_IPV6 && !handle.is_ip6) return EOPNOTSUPP;  // ip_getsockopt
  const SlotId id = handle.id;
  if (row.style == OptionStyle::kWanted) {
    if (row.level == IPPROTO_TCP && !handle.is_stream) return EOPNOTSUPP;
    return put_int(row.level, value, length, (descriptors::wanted(id) & row.wanted) != 0);
  }
  int64_t number = 0;
  const int error = ask::get_option(id, row.option, number);
  // A level that this kind of socket does not have (ip_getsockopt).
  const bool other_level =
      row.level != SOL_SOCKET && row.level != IPPROTO_IP && row.level != IPPROTO_IPV6;
  if (error == ENOPROTOOPT && other_level && !handle.is_stream) return EOPNOTSUPP;
  if (error != 0) return error;
  if (row.style == OptionStyle::kLinger) {
    const linger value_out{number >= 0, static_cast<int>(std::max<int64_t>(number, 0))};
    return put(value, length, &value_out, sizeof value_out);
  }
  return put_int(row.level, value, length, static_cast<int>(number));
}

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

// Options that are no numbers, or wider ones.
int get_special(const Handle& handle, int level, int name, void* value, socklen_t* length) {
  const SlotId id = handle.id;
  const bool is_stream = handle.is_stream;
  if (level == SOL_SOCKET && name == SO_PEERCRED) {
    const ucred nobody{0, static_cast<uid_t>(-1), static_cast<gid_t>(-1)};  // as on a TCP socket
    return put(value, length, &nobody, sizeof nobody);
  }
  if (level == SOL_SOCKET && name == SO_BINDTODEVICE) return get_bound_device(id, value, length);
  if (level == SOL_SOCKET && name == SO_MAX_PACING_RATE && is_stream) {
    return get_pacing_rate(id, value, length);
  }
  if (level == IPPROTO_IP && name == IP_OPTIONS) return put(value, length, nullptr, 0);
  if (is_group_option(level, name)) return get_group_option(handle, level, name, value, length);
  if (level == IPPROTO_TCP && is_stream && name == TCP_INFO) return get_tcp_info(id, value, length);
  if (level == IPPROTO_TCP && is_stream && name == TCP_CONGESTION) {
    return get_congestion(id, value, length);
  }
  if (level == IPPROTO_ICMPV6 && name == ICMP6_FILTER && handle.is_ip6) {
    return get_icmp6_filter(handle, value, length);
  }
  const bool known_level = level == SOL_SOCKET || level == IPPROTO_IP ||
                           (handle.is_ip6 && level == IPPROTO_IPV6) ||
                           (is_stream && level == IPPROTO_TCP);
  return known_level ? ENOPROTOOPT : EOPNOTSUPP;
}

// Reads the option's value as Linux does: an int, or at IP level also a single byte.
int read_int(int level, const void* value, socklen_t length, int& number) {
  if (length >= sizeof number) {
    if (value == nullptr) return EFAULT;
    std::memcpy(&number, value, sizeof number);
    return 0;
  }
  if (level != IPPROTO_IP) return EINVAL;
  number = 0;
  if (length == 0) return 0;
  if (value == nullptr) return EFAULT;
  number = *static_cast<const uint8_t*>(value);
  return 0;
}

int set_wanted(SlotId id, uint32_t bit, bool on) {
  uint32_t wanted = descriptors::wanted(id);
  constexpr uint32_t kStamps = Wanted::kTimestamp | Wanted::kTimestampNs;
  if ((bit & kStamps) != 0) wanted &= ~kStamps;  // one of the two at a time (sock_set_timestamp)
  wanted = on ? wanted | bit : wanted & ~bit;
  return descriptors::set_wanted(id, wanted);
}

// TCP_NOTSENT_LOWAT bounds what lies on the handle, too. Until the connection is there the engine
// has the handle's buffer in its hands, and sees to it.
void limit_handle(int fd, SlotId id, int low_water) {
  if (descriptors::phase(id) != Phase::kConnected) return;
  const int bytes = handle_buffer_bytes(static_cast<uint32_t>(low_water));
  real::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

int set_row(int fd, const Handle& handle, const OptionRow& row, const void* value,
            socklen_t length) {
  const SlotId id = handle.id;
  if (row.level == IPPROTO_TCP && !handle.is_stream) return ENOPROTOOPT;
  if (row.level == IPPROTO_IPV6 && !handle.is_ip6) return ENOPROTOOPT;
  if (row.style == OptionStyle::kFixed) return ENOPROTOOPT;
  if (row.style == OptionStyle::kLinger) {
    linger in;
    if (length < sizeof in) return EINVAL;
    if (value == nullptr) return EFAULT;
    std::memcpy(&in, value, sizeof in);
    set_wanted(id, Wanted::kLinger, in.l_onoff != 0 && in.l_linger > 0);
    return ask::set_option(id, row.option, in.l_onoff != 0 ? std::max(in.l_linger, 0) : -1);
  }
  int number = 0;
  if (const int error = read_int(row.level, value, length, number); error != 0) return error;
  if (row.wanted == Wanted::kInQueue && (number < 0 || number > 1)) return EINVAL;
  if (row.style == OptionStyle::kWanted) return set_wanted(id, row.wanted, number != 0);
  const int64_t asked = row.style == OptionStyle::kBool   ? int64_t{number != 0}
                        : row.style == OptionStyle::kUInt ? int64_t{static_cast<uint32_t>(number)}
                                                          : int64_t{number};
  const int error = ask::set_option(id, row.option, asked);
  if (error == 0 && row.option == Option::kNotSentLowWater) limit_handle(fd, id, number);
  return error;
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

int set_special(const Handle& handle, int level, int name, const void* value, socklen_t length) {
  const SlotId id = handle.id;
  const bool is_stream = handle.is_stream;
  if (level == SOL_SOCKET && name == SO_BINDTODEVICE) return bind_to_device(id, value, length);
  if (level == SOL_SOCKET && name == SO_MAX_PACING_RATE && is_stream) {
    return set_pacing_rate(id, value, length);
  }
  if (level == IPPROTO_IP && name == IP_OPTIONS && length == 0) return 0;  // clears what never was
  if (is_group_option(level, name)) return set_group_option(handle, level, name, value, length);
  if (level == IPPROTO_TCP && is_stream && name == TCP_CONGESTION) {
    return set_congestion(id, value, length);
  }
  if (level == IPPROTO_IPV6 && name == IPV6_PKTINFO && handle.is_ip6) {
    return set_packet_info(handle, value, length);
  }
  if (level == IPPROTO_ICMPV6 && name == ICMP6_FILTER && handle.is_ip6) {
    return set_icmp6_filter(handle, value, length);
  }
  return ENOPROTOOPT;
}

bool is_native(int level, const OptionRow* row) {
  return level == SOL_SOCKET && row != nullptr && row->style == OptionStyle::kNative;
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int getsockopt(int fd, int level, int name, void* value, socklen_t* length) noexcept {
  Handle handle;
  const OptionRow* row = find_option(level, name);
  if (!descriptors::verified(fd, handle) || is_native(level, row)) {
    return real::getsockopt(fd, level, name, value, length);
  }
  if (usable(length) == nullptr) return fail(EFAULT);
  value = usable(value);
  if (static_cast<int>(*length) < 0) return fail(EINVAL);
  return finish(row != nullptr ? get_row(fd, handle, *row, value, length)
                               : get_special(handle, level, name, value, length));
}

TAPSTACK_HOOK int setsockopt(int fd, int level, int name, const void* value,
                             socklen_t length) noexcept {
  Handle handle;
  const OptionRow* row = find_option(level, name);
  if (!descriptors::verified(fd, handle) || is_native(level, row)) {
    return real::setsockopt(fd, level, name, value, length);
  }
  if (static_cast<int>(length) < 0) return fail(EINVAL);
  value = usable(value);
  return finish(row != nullptr ? set_row(fd, handle, *row, value, length)
                               : set_special(handle, level, name, value, length));
}
