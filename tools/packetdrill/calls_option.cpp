// getsockopt and setsockopt.
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/linux_tcp_info.h"
#include "shim/common/option_table.h"
#include "tools/packetdrill/calls.h"

namespace tapstack::packetdrill {
namespace {

using shim::OptionRow;
using shim::OptionStyle;

int put(const void* from, size_t bytes, void* value, socklen_t* length) {
  *length = static_cast<socklen_t>(std::min<size_t>(*length, bytes));
  std::memcpy(value, from, *length);
  return 0;
}

int put_int(int number, void* value, socklen_t* length) {
  return put(&number, sizeof number, value, length);
}

int get_fixed(Session& s, int fd, SocketId id, int name, void* value, socklen_t* length) {
  switch (name) {
    case SO_ERROR: {
      const Error error = api::take_error(s.stack(), id);
      const int saved = errno;
      const int number = error == Error::kNone ? 0 : (fail(error), errno);
      errno = saved;
      return put_int(number, value, length);
    }
    case SO_TYPE:
      return put_int(SOCK_STREAM, value, length);
    case SO_DOMAIN:
      return put_int(s.descriptors().family(fd) == Family::kIp6 ? AF_INET6 : AF_INET, value,
                     length);
    case SO_PROTOCOL:
      return put_int(IPPROTO_TCP, value, length);
    default:
      return fail(ENOPROTOOPT);
  }
}

int get_tcp_info(Session& s, SocketId id, void* value, socklen_t* length) {
  const auto info = api::tcp_info(s.stack(), s.now(), id);
  if (!info.ok()) return fail(info.error());
  // packetdrill wants all of the structure that it knows, of a kernel that may be newer than the
  // header here: what is behind it is 0.
  std::memset(value, 0, *length);
  const tcp_info to = shim::to_linux(*info);
  std::memcpy(value, &to, std::min<size_t>(*length, sizeof to));
  return 0;
}

// How many numbers SO_MEMINFO gives (Linux, SK_MEMINFO_VARS in include/uapi/linux/sock_diag.h).
constexpr size_t kMemInfoNumbers = 9;

// What packetdrill asks for with every assertion on TCP_INFO, whether that is about it or not: what
// Linux answers when the congestion control has nothing to tell, and that no memory is in use.
bool get_for_assertions(int level, int name, void* value, socklen_t* length) {
  const uint32_t none[kMemInfoNumbers] = {};
  if (level == IPPROTO_TCP && name == TCP_CC_INFO) return put(none, 0, value, length) == 0;
  if (level == SOL_SOCKET && name == SO_MEMINFO) return put(none, sizeof none, value, length) == 0;
  return false;
}

bool is_kept(const OptionRow& row) {
  return row.style == OptionStyle::kKeptBool || row.style == OptionStyle::kKeptInt;
}

int get_row(Session& s, int fd, SocketId id, const OptionRow& row, void* value, socklen_t* length) {
  if (row.style == OptionStyle::kFixed) return get_fixed(s, fd, id, row.name, value, length);
  if (is_kept(row)) {
    const auto& kept = s.descriptors().notes(fd).kept;
    const auto found = kept.find(row.kept);
    return put_int(found != kept.end() ? found->second : row.initial, value, length);
  }
  if (!is_in_core(row)) return fail(ENOPROTOOPT);
  const auto number = api::get_option(s.stack(), id, row.option);
  if (!number.ok()) return fail(number.error());
  if (row.style != OptionStyle::kLinger) return put_int(static_cast<int>(*number), value, length);
  const linger out{*number >= 0, static_cast<int>(std::max<int64_t>(*number, 0))};
  return put(&out, sizeof out, value, length);
}

int set_row(Session& s, int fd, SocketId id, const OptionRow& row, const void* value,
            socklen_t length) {
  int64_t number = 0;
  if (row.style == OptionStyle::kLinger) {
    linger in;
    if (length < sizeof in) return fail(EINVAL);
    std::memcpy(&in, value, sizeof in);
    number = in.l_onoff != 0 ? std::max(in.l_linger, 0) : -1;
  } else {
    int in = 0;
    // ip(7)'s options may come as one octet.
    const bool is_octet = row.level == IPPROTO_IP && length >= 1 && length < sizeof in;
    if (length < sizeof in && !is_octet) return fail(EINVAL);
    std::memcpy(&in, value, is_octet ? 1 : sizeof in);
    number = in;
    const bool is_flag = row.style == OptionStyle::kBool || row.style == OptionStyle::kKeptBool;
    if (is_flag) number = in != 0;
    if (row.style == OptionStyle::kUInt) number = static_cast<uint32_t>(in);
  }
  if (is_kept(row)) {
    s.descriptors().notes(fd).kept[row.kept] = static_cast<int>(number);
    return 0;
  }
  const Status set = api::set_option(s.stack(), s.now(), id, row.option, number);
  return set.ok() ? 0 : fail(set.error());
}

}  // namespace

int call_getsockopt(Session& s, int fd, int level, int name, void* value, socklen_t* length) {
  Call call(s);
  SocketId id;
  if (!s.descriptors().find(fd, id)) return -1;
  if (value == nullptr || length == nullptr) return fail(EFAULT);
  if (level == IPPROTO_TCP && name == TCP_INFO) return get_tcp_info(s, id, value, length);
  if (level == IPPROTO_TCP && name == TCP_INQ) {
    return put_int(s.descriptors().notes(fd).wants_inq, value, length);
  }
  if (level == SOL_SOCKET && name == SO_TIMESTAMPING) {
    return put_int(static_cast<int>(s.descriptors().notes(fd).timestamping), value, length);
  }
  if (level == SOL_SOCKET && name == SO_ZEROCOPY) {
    return put_int(s.descriptors().notes(fd).zerocopy, value, length);
  }
  if (get_for_assertions(level, name, value, length)) return 0;
  const OptionRow* row = shim::find_option(level, name, 0);
  return row != nullptr ? get_row(s, fd, id, *row, value, length) : fail(ENOPROTOOPT);
}

int call_setsockopt(Session& s, int fd, int level, int name, const void* value, socklen_t length) {
  Call call(s);
  SocketId id;
  if (!s.descriptors().find(fd, id)) return -1;
  if (value == nullptr) return fail(EFAULT);
  if (level == IPPROTO_TCP && name == TCP_INQ) {
    int on = 0;
    if (length < sizeof on) return fail(EINVAL);
    std::memcpy(&on, value, sizeof on);
    if (on < 0 || on > 1) return fail(EINVAL);
    s.descriptors().notes(fd).wants_inq = on == 1;
    return 0;
  }
  if (level == SOL_SOCKET && (name == SO_TIMESTAMPING || name == SO_ZEROCOPY)) {
    int number = 0;
    if (length < sizeof number) return fail(EINVAL);
    std::memcpy(&number, value, sizeof number);
    return set_report_option(s, fd, id, name, number);
  }
  const OptionRow* row = shim::find_option(level, name, 0);
  const bool can_set = row != nullptr && (is_in_core(*row) || is_kept(*row));
  return can_set ? set_row(s, fd, id, *row, value, length) : fail(ENOPROTOOPT);
}

}  // namespace tapstack::packetdrill
