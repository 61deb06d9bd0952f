// Every socket option there is: what getsockopt and setsockopt answer to it, by lengths, values and
// bad pointers, one line for each option. Run on the kernel and under the library, the lines are
// compared (test_option_survey.py).
//
//   udp6 ipv6 67 get 4:01000000 ... set 1=0:01000000 ...
//
// An entry of `get` is the length asked for, then what came back in hexadecimal or the error; one
// of `set` is the value (or the length of a short one) and the result, then what reads back.
#include <cstdint>
#include <string>
#include <vector>

#include "check.h"

namespace {

struct Kind {
  const char* name;
  int family, type, protocol;
};

constexpr Kind kKinds[] = {
    {"tcp4", AF_INET, SOCK_STREAM, 0},
    {"tcp6", AF_INET6, SOCK_STREAM, 0},
    {"udp4", AF_INET, SOCK_DGRAM, 0},
    {"udp6", AF_INET6, SOCK_DGRAM, 0},
    {"raw4", AF_INET, SOCK_RAW, IPPROTO_ICMP},
    {"raw6", AF_INET6, SOCK_RAW, 253},
    {"icmp6", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6},
};

struct Level {
  const char* name;
  int number, last;
};

constexpr Level kLevels[] = {
    {"socket", SOL_SOCKET, 84}, {"ip", IPPROTO_IP, 53}, {"ipv6", IPPROTO_IPV6, 82},
    {"udp", IPPROTO_UDP, 106},  {"raw", SOL_RAW, 8},
};

// What depends on the machine or the moment: cookies, CPU and NAPI numbers, memory in use.
bool is_variable(int level, int name) {
  if (level != SOL_SOCKET) return false;
  return name == SO_COOKIE || name == SO_INCOMING_CPU || name == SO_INCOMING_NAPI_ID ||
         name == SO_MEMINFO || name == SO_NETNS_COOKIE;
}

constexpr size_t kRoom = 320;

std::string got(int fd, int level, int name, socklen_t asked, bool has_room = true) {
  uint8_t bytes[kRoom] = {};
  socklen_t length = asked;
  errno = 0;
  if (getsockopt(fd, level, name, has_room ? bytes : nullptr, &length) != 0) {
    return strerrorname_np(errno);
  }
  if (length > kRoom) return "length " + std::to_string(length);
  std::string text;
  for (socklen_t i = 0; i < length; ++i) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", bytes[i]);
    text += two;
  }
  return text;
}

std::string answers_to_get(int fd, int level, int name) {
  std::string line;
  for (const socklen_t asked : {4u, 0u, 1u, 3u, 8u, 16u, 64u, 300u}) {
    line += " " + std::to_string(asked) + ":" + got(fd, level, name, asked);
  }
  line += " -1:" + got(fd, level, name, static_cast<socklen_t>(-1));
  line += " null:" + got(fd, level, name, 4, false);
  errno = 0;
  int value = 0;
  line += " nolength:";
  line += getsockopt(fd, level, name, &value, nullptr) == 0 ? "0" : strerrorname_np(errno);
  return line;
}

// Sets on a socket of its own, so that one call does not change what the next one finds.
std::string set(const Kind& kind, int level, int name, const void* value, socklen_t length) {
  const int fd = socket(kind.family, kind.type, kind.protocol);
  errno = 0;
  const int result = setsockopt(fd, level, name, value, length);
  std::string text = result == 0 ? "0" : strerrorname_np(errno);
  if (result == 0) text += ":" + got(fd, level, name, 8);
  close(fd);
  return text;
}

std::string answers_to_set(const Kind& kind, int level, int name) {
  std::string line;
  for (const int value : {0, 1, 2, 3, 4, 5, 7, 64, 255, 256, 1279, 1280, 70'000, -1, -2}) {
    line += " " + std::to_string(value) + "=" + set(kind, level, name, &value, sizeof value);
  }
  uint8_t bytes[kRoom] = {1};
  for (const socklen_t length : {0u, 1u, 3u, 8u, 16u, 20u, 64u}) {
    line += " " + std::to_string(length) + "b=" + set(kind, level, name, bytes, length);
  }
  line += " null=" + set(kind, level, name, nullptr, 4);
  line += " null0=" + set(kind, level, name, nullptr, 0);
  line += " -1b=" + set(kind, level, name, bytes, static_cast<socklen_t>(-1));
  return line;
}

void survey(const Kind& kind, const Level& level, int name) {
  if (is_variable(level.number, name)) return;
  const int fd = socket(kind.family, kind.type, kind.protocol);
  std::printf("%s %s %d get%s set%s\n", kind.name, level.name, name,
              answers_to_get(fd, level.number, name).c_str(),
              answers_to_set(kind, level.number, name).c_str());
  close(fd);
}

}  // namespace

int main() {
  for (const Kind& kind : kKinds) {
    for (const Level& level : kLevels) {
      for (int name = 1; name <= level.last; ++name) survey(kind, level, name);
    }
  }
}
