// getsockopt and setsockopt, with Linux's rules for lengths and its errors.
#include <linux/capability.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/capability.h"
#include "shim/common/option_table.h"
#include "shim/common/stream_buffer.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/datagram.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/netlink.h"
#include "shim/hooks/option_value.h"
#include "shim/hooks/packet_sockets.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/special_options.h"
#include "shim/hooks/stream.h"
#include "shim/hooks/traced.h"
#include "shim/trace/option_value.h"

namespace tapstack::shim {
namespace {

using option_value::put;
using option_value::put_int;

// The bits of Who for a socket.
uint8_t who_is(const Handle& handle) {
  const uint8_t family = handle.is_ip6 ? Who::kIp6 : Who::kIp4;
  SlotStatus status;
  if (handle.is_stream) return family | Who::kStream;
  if (!ask::status(handle.id, status) || status.kind == SocketKind::kUdp) {
    return family | Who::kUdp;
  }
  return family | (status.kind == SocketKind::kRaw ? Who::kRaw : Who::kPing);
}

bool has_level(uint8_t who, int level) {
  const bool is_ip6 = (who & Who::kIp6) != 0;
  const bool is_raw = (who & Who::kRaw) != 0;
  switch (level) {
    case SOL_SOCKET:
      return true;
    case IPPROTO_IP:
      return !(is_raw && is_ip6);
    case IPPROTO_IPV6:
      return is_ip6;
    case IPPROTO_TCP:
      return (who & Who::kStream) != 0;
    case IPPROTO_UDP:
      return (who & Who::kUdp) != 0;
    case SOL_RAW:
      return is_raw;
    case IPPROTO_ICMPV6:
      return is_raw && is_ip6;
    default:
      return false;
  }
}

int socket_type(SocketKind kind) {
  if (kind == SocketKind::kTcp) return SOCK_STREAM;
  return kind == SocketKind::kRaw ? SOCK_RAW : SOCK_DGRAM;
}

int take_error(int fd, const Handle& handle) {
  const int error = ask::take_error(handle.id);
  if (error != 0 && !handle.is_stream) datagram::drop_wake(fd);
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
  const SlotId id = handle.id;
  if (row.is_write_only) return ENOPROTOOPT;
  int64_t number = 0;
  int kept = 0;
  int error = 0;
  switch (row.style) {
    case OptionStyle::kFixed:
      return get_fixed(fd, handle, row.name, value, length);
    case OptionStyle::kRefused:
      return row.get_error;
    case OptionStyle::kConstant:
      return put_int(row.level, value, length, row.value);
    case OptionStyle::kWanted:
      return put_int(row.level, value, length,
                     (descriptors::wanted(id) & row.wanted) == row.wanted);
    case OptionStyle::kKeptBool:
    case OptionStyle::kKeptInt:
      error = ask::kept(id, row.kept, kept);
      return error != 0 ? error : put_int(row.level, value, length, kept + row.initial);
    default:
      error = ask::get_option(id, row.option, number);
  }
  if (error != 0) return error;
  if (row.style == OptionStyle::kLinger) {
    const linger value_out{number >= 0, static_cast<int>(std::max<int64_t>(number, 0))};
    return put(value, length, &value_out, sizeof value_out);
  }
  return put_int(row.level, value, length, static_cast<int>(number));
}

int set_wanted(SlotId id, uint32_t bit, bool on) {
  uint32_t wanted = descriptors::wanted(id);
  // One of the four at a time (sock_set_timestamp).
  constexpr uint32_t kStamps = Wanted::kTimestamp | Wanted::kTimestampNs;
  if ((bit & kStamps) != 0) wanted &= ~(kStamps | Wanted::kNewStamps);
  wanted = on ? wanted | bit : wanted & ~bit;
  if ((wanted & Wanted::kAnyPacketOptions) != 0) wanted |= Wanted::kPacketOptions;
  return descriptors::set_wanted(id, wanted);
}

// Options that bound what lies on the handle, too. Until the connection is there the engine has the
// handle's buffer in its hands, and sees to it.
void limit_handle(int fd, SlotId id) {
  if (!is_connected(descriptors::phase(id))) return;
  int64_t send_buffer = kStreamHandleBuffer;
  int64_t low_water = 0;
  ask::get_option(id, Option::kSendBuffer, send_buffer);
  ask::get_option(id, Option::kNotSentLowWater, low_water);
  const int bytes = handle_buffer_bytes(send_buffer, low_water);
  real::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

int set_linger(const Handle& handle, const OptionRow& row, const void* value, socklen_t length) {
  linger in;
  if (length < sizeof in) return EINVAL;
  std::memcpy(&in, value, sizeof in);
  set_wanted(handle.id, Wanted::kLinger, in.l_onoff != 0 && in.l_linger > 0);
  return ask::set_option(handle.id, row.option, in.l_onoff != 0 ? std::max(in.l_linger, 0) : -1);
}

int set_native(int fd, const Handle& handle, int name, const void* value, socklen_t length) {
  const int result = real::setsockopt(fd, SOL_SOCKET, name, value, length);
  // For those who accept from it (accept.cpp).
  if (result == 0 && handle.is_stream) set_wanted(handle.id, Wanted::kHandleOptions, true);
  return result;
}

int set_in_core(int fd, const Handle& handle, const OptionRow& row, int number) {
  const SlotId id = handle.id;
  const int64_t asked = row.style == OptionStyle::kBool   ? int64_t{number != 0}
                        : row.style == OptionStyle::kUInt ? int64_t{static_cast<uint32_t>(number)}
                                                          : int64_t{number};
  const int error = ask::set_option(id, row.option, asked);
  const bool bounds_handle = handle.is_stream && (row.option == Option::kNotSentLowWater ||
                                                  row.option == Option::kSendBuffer);
  if (error == 0 && bounds_handle) limit_handle(fd, id);
  if (error == 0 && handle.is_stream && row.option == Option::kReceiveLowWater) {
    set_native(fd, handle, SO_RCVLOWAT, &number, sizeof number);  // what a receive waits for
  }
  return error;
}

bool may_set(const OptionRow& row, int number) {
  if (row.privilege == Privilege::kNone) return true;
  if (number >= row.free_min && number <= row.free_max) return true;
  const bool or_raw = row.privilege == Privilege::kAdminOrRaw;
  return has_capability(CAP_NET_ADMIN) || (or_raw && has_capability(CAP_NET_RAW));
}

int set_row(int fd, const Handle& handle, const OptionRow& row, const void* value,
            socklen_t length) {
  const SlotId id = handle.id;
  if (row.style == OptionStyle::kFixed) return ENOPROTOOPT;
  if (row.style == OptionStyle::kRefused) return row.set_error;
  if (row.style == OptionStyle::kLinger) return set_linger(handle, row, value, length);
  int number = 0;
  if (const int error = option_value::read_int(row, value, length, number); error != 0) {
    return error;
  }
  if (!may_set(row, number)) return row.without_privilege;
  if (number < row.min || number > row.max) return EINVAL;
  switch (row.style) {
    case OptionStyle::kConstant:
      return row.set_error;
    case OptionStyle::kWanted:
      return set_wanted(id, row.wanted, number != 0);
    case OptionStyle::kKeptBool:
      return ask::keep(id, row.kept, (number != 0) - row.initial);
    case OptionStyle::kKeptInt:
      return ask::keep(id, row.kept, number - row.initial);
    default:
      return set_in_core(fd, handle, row, number);
  }
}

// What is said of a level before anything else is looked at; 0: the socket has it.
int level_error(uint8_t who, int level, int name, bool is_get) {
  const bool is_ip6 = (who & Who::kIp6) != 0;
  if (level == SOL_RAW && !is_ip6 && name != ICMP_FILTER && has_level(who, level)) {
    return ENOPROTOOPT;
  }
  if (has_level(who, level)) return 0;
  return is_get && !is_ip6 ? EOPNOTSUPP : ENOPROTOOPT;
}

// To UDP sockets and UDP-Lite's the levels of both are one (udp_setsockopt).
int level_of(uint8_t who, int level) {
  return level == IPPROTO_UDPLITE && (who & Who::kUdp) != 0 ? int{IPPROTO_UDP} : level;
}

int get(int fd, const Handle& handle, int asked, int name, void* value, socklen_t* length) {
  int own_error = 0;
  if (handle.is_netlink && netlink::get_option(handle, asked, name, value, length, own_error)) {
    return own_error;
  }
  if (handle.is_packet && packet::get_option(handle, asked, name, value, length, own_error)) {
    return own_error;
  }
  const uint8_t who = who_is(handle);
  const int level = level_of(who, asked);
  if (const int error = level_error(who, level, name, true); error != 0) return error;
  if (length == nullptr) return EFAULT;
  // The others take it for a large one.
  const bool checks_sign = level != IPPROTO_IPV6 && !(level == SOL_RAW && handle.is_ip6);
  if (static_cast<int>(*length) < 0 && checks_sign) return EINVAL;
  const OptionRow* row = find_option(level, name, who);
  return row != nullptr ? get_row(fd, handle, *row, value, length)
                        : get_special_option(handle, who, level, name, value, length);
}

int set(int fd, const Handle& handle, int asked, int name, const void* value, socklen_t length) {
  int own_error = 0;
  if (handle.is_netlink && netlink::set_option(handle, asked, name, value, length, own_error)) {
    return own_error;
  }
  if (handle.is_packet && packet::set_option(handle, asked, name, value, length, own_error)) {
    return own_error;
  }
  const uint8_t who = who_is(handle);
  const int level = level_of(who, asked);
  if (const int error = level_error(who, level, name, false); error != 0) return error;
  const bool is_name = level == SOL_SOCKET && name == SO_BINDTODEVICE;  // a string
  const int error = is_name ? 0 : option_value::check_level(level, who, value, length);
  if (error != 0) return error;
  const OptionRow* row = find_option(level, name, who);
  return row != nullptr ? set_row(fd, handle, *row, value, length)
                        : set_special_option(handle, who, level, name, value, length);
}

// Those that the handle has as the kernel would.
bool is_native(int level, int name) {
  if (level != SOL_SOCKET) return false;
  const OptionRow* row = find_option(level, name, 0);
  return row != nullptr && row->style == OptionStyle::kNative;
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int getsockopt(int fd, int level, int name, void* value, socklen_t* length) noexcept {
  Handle handle;
  if (!descriptors::verified(fd, handle)) {
    return real::getsockopt(fd, level, name, value, length);
  }
  const trace::Option option{level, name};
  return traced_on(
      "getsockopt", fd,
      [&] {
        return is_native(level, name)
                   ? real::getsockopt(fd, level, name, value, length)
                   : finish(get(fd, handle, level, name, usable(value), usable(length)));
      },
      trace::Level{level}, option, trace::OptionRoom{option, value, length});
}

TAPSTACK_HOOK int setsockopt(int fd, int level, int name, const void* value,
                             socklen_t length) noexcept {
  Handle handle;
  if (!descriptors::verified(fd, handle)) {
    return real::setsockopt(fd, level, name, value, length);
  }
  const trace::Option option{level, name};
  return traced_on(
      "setsockopt", fd,
      [&] {
        if (is_native(level, name)) return set_native(fd, handle, name, value, length);
        if (static_cast<int>(length) < 0) return fail(EINVAL);
        return finish(set(fd, handle, level, name, usable(value), length));
      },
      trace::Level{level}, option, trace::OptionValue{option, value, length}, length);
}
