#include "shim/hooks/option_value.h"

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace tapstack::shim::option_value {
namespace {

// ip_setsockopt: a byte does, too, and nothing at all is 0 for many.
int read_ip4(const OptionRow& row, const void* value, socklen_t length, int& number) {
  number = 0;
  if (length == 0) return row.when_short == Short::kNotEmpty ? EINVAL : 0;
  if (value == nullptr) return EFAULT;
  if (length < sizeof number && row.when_short == Short::kIsInvalid) return EINVAL;
  if (length < sizeof number) {
    number = *static_cast<const uint8_t*>(value);
  } else {
    std::memcpy(&number, value, sizeof number);
  }
  return 0;
}

// ipv6_setsockopt: a bad pointer is 0.
int read_ip6(const OptionRow& row, const void* value, socklen_t length, int& number) {
  number = 0;
  if (length < sizeof number) return row.when_short == Short::kIsZero ? 0 : EINVAL;
  if (value != nullptr) std::memcpy(&number, value, sizeof number);
  return 0;
}

}  // namespace

int put(void* value, socklen_t* length, const void* from, size_t bytes) {
  *length = static_cast<socklen_t>(std::min<size_t>(*length, bytes));
  if (*length > 0 && value == nullptr) return EFAULT;
  if (*length > 0 && from != nullptr) std::memcpy(value, from, *length);
  return 0;
}

int put_int(int level, void* value, socklen_t* length, int number) {
  if (level == IPPROTO_IP && *length > 0 && *length < sizeof number && number >= 0 &&
      number <= UINT8_MAX) {
    const auto byte = static_cast<uint8_t>(number);
    return put(value, length, &byte, sizeof byte);
  }
  return put(value, length, &number, sizeof number);
}

int check_level(int level, uint8_t who, const void* value, socklen_t length) {
  const bool is_raw6 = (who & Who::kRaw) != 0 && (who & Who::kIp6) != 0;
  const bool wants_int =
      level == SOL_SOCKET || level == IPPROTO_UDP || (level == SOL_RAW && is_raw6);
  if (!wants_int) return 0;
  if (length < sizeof(int)) return EINVAL;
  return value == nullptr ? EFAULT : 0;
}

int read_int(const OptionRow& row, const void* value, socklen_t length, int& number) {
  number = 0;
  if (row.when_short == Short::kIgnored) return 0;
  if (row.level == IPPROTO_IP) return read_ip4(row, value, length, number);
  if (row.level == IPPROTO_IPV6) return read_ip6(row, value, length, number);
  if (length < sizeof number) return EINVAL;
  if (value == nullptr) return EFAULT;
  std::memcpy(&number, value, sizeof number);
  return 0;
}

}  // namespace tapstack::shim::option_value
