// What the programs here share: checks that print a line each, and sockets on 127.0.0.1, or on ::1
// where the environment says CHECK_FAMILY=6. They run on the kernel and under the library, with the
// same results.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace check {

inline int failures = 0;

// Prints "OK what" or "FAIL what", the latter with errno as it was.
inline bool that(bool holds, const char* what) {
  const int error = errno;
  if (holds) {
    std::printf("OK %s\n", what);
  } else {
    std::printf("FAIL %s (errno %d %s)\n", what, error, strerrorname_np(error));
    ++failures;
  }
  std::fflush(stdout);
  return holds;
}

inline bool equal(long got, long wanted, const char* what) {
  const int error = errno;
  if (got == wanted) return that(true, what);
  std::printf("FAIL %s: got %ld, wanted %ld (errno %d %s)\n", what, got, wanted, error,
              error != 0 ? strerrorname_np(error) : "0");
  std::fflush(stdout);
  ++failures;
  return false;
}

// A call that must fail with `wanted`.
template <class Call>
bool fails(Call call, int wanted, const char* what) {
  errno = 0;
  const long result = static_cast<long>(call());
  const int error = errno;
  if (result == -1 && error == wanted) return that(true, what);
  std::printf("FAIL %s: got %ld with %s, wanted -1 with %s\n", what, result,
              error != 0 ? strerrorname_np(error) : "no error", strerrorname_np(wanted));
  std::fflush(stdout);
  ++failures;
  return false;
}

// For main: the exit status.
inline int finish() {
  std::printf("%s: %d failures\n", failures == 0 ? "PASSED" : "FAILED", failures);
  return failures == 0 ? 0 : 1;
}

// Of all sockets of a program, AF_INET or AF_INET6.
inline const int family = [] {
  const char* said = std::getenv("CHECK_FAMILY");
  return said != nullptr && std::string_view(said) == "6" ? AF_INET6 : AF_INET;
}();

inline const bool is_ip6 = family == AF_INET6;

// Of addresses of that family.
inline const socklen_t address_length = is_ip6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);

// Room for an address of either family.
union Address {
  sockaddr_in6 ip6{};  // the longer one, so that all of it is zero
  sockaddr_in ip4;
  sockaddr any;
};

enum class Host { kLoopback, kAny };

inline Address address(unsigned port, Host host = Host::kLoopback) {
  Address made;
  if (is_ip6) {
    made.ip6.sin6_family = AF_INET6;
    made.ip6.sin6_port = htons(static_cast<uint16_t>(port));
    made.ip6.sin6_addr = host == Host::kAny ? in6addr_any : in6addr_loopback;
  } else {
    made.ip4.sin_family = AF_INET;
    made.ip4.sin_port = htons(static_cast<uint16_t>(port));
    made.ip4.sin_addr.s_addr = htonl(host == Host::kAny ? INADDR_ANY : INADDR_LOOPBACK);
  }
  return made;
}

// An address as text, of that family.
inline Address address(unsigned port, const char* host) {
  Address made = address(port);
  inet_pton(family, host, is_ip6 ? static_cast<void*>(&made.ip6.sin6_addr) : &made.ip4.sin_addr);
  return made;
}

inline bool is_host(const Address& at, Host host) {
  const Address wanted = address(0, host);
  return is_ip6 ? IN6_ARE_ADDR_EQUAL(&at.ip6.sin6_addr, &wanted.ip6.sin6_addr)
                : at.ip4.sin_addr.s_addr == wanted.ip4.sin_addr.s_addr;
}

// The port has its place in common (RFC 3493 3.3, netinet/in.h).
inline unsigned port_in(const Address& at) { return ntohs(at.ip4.sin_port); }

inline const sockaddr* any(const Address& at) { return &at.any; }
inline sockaddr* any(Address& at) { return &at.any; }

inline int bind_to(int fd, const Address& at) { return bind(fd, any(at), address_length); }
inline int bind_to(int fd, unsigned port, Host host = Host::kLoopback) {
  return bind_to(fd, address(port, host));
}

inline int connect_to(int fd, const Address& at) { return connect(fd, any(at), address_length); }
inline int connect_to(int fd, unsigned port) { return connect_to(fd, address(port)); }

inline unsigned port_of(int fd) {
  Address at;
  socklen_t length = sizeof at;
  return getsockname(fd, any(at), &length) == 0 ? port_in(at) : 0;
}

// An option that both families have, each with a number of its own.
struct Option {
  int level, name;
};

inline Option of_ip(int ip4_name, int ip6_name) {
  return is_ip6 ? Option{IPPROTO_IPV6, ip6_name} : Option{IPPROTO_IP, ip4_name};
}

// A TCP listener on a port of the system's choice.
inline int listener(int backlog = 16, int flags = 0) {
  const int fd = socket(family, SOCK_STREAM | flags, 0);
  return fd >= 0 && bind_to(fd, 0) == 0 && listen(fd, backlog) == 0 ? fd : -1;
}

// Two ends of a TCP connection over loopback: the connecting and the accepted one.
inline std::pair<int, int> tcp_pair() {
  const int server = listener();
  const int client = socket(family, SOCK_STREAM, 0);
  if (connect_to(client, port_of(server)) != 0) return {-1, -1};
  const int accepted = accept(server, nullptr, nullptr);
  close(server);
  return {client, accepted};
}

// poll of one descriptor: its revents, 0 after the time-out.
inline int poll_one(int fd, short events, int timeout_ms) {
  pollfd waited{fd, events, 0};
  return poll(&waited, 1, timeout_ms) > 0 ? waited.revents : 0;
}

inline int pending_error(int fd) {
  int error = -1;
  socklen_t length = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : -1;
}

// A TCP port on which nobody listens, as of now.
inline unsigned free_port() {
  const int fd = socket(family, SOCK_STREAM, 0);
  bind_to(fd, 0);
  const unsigned port = port_of(fd);
  close(fd);
  return port;
}

}  // namespace check
