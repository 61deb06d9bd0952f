// What the programs here share: checks that print a line each, and sockets on 127.0.0.1. They run
// on the kernel and under the library, with the same results.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
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

inline sockaddr_in address(unsigned port, in_addr_t host = INADDR_LOOPBACK) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(static_cast<uint16_t>(port));
  in.sin_addr.s_addr = htonl(host);
  return in;
}

inline const sockaddr* any(const sockaddr_in& in) { return reinterpret_cast<const sockaddr*>(&in); }
inline sockaddr* any(sockaddr_in& in) { return reinterpret_cast<sockaddr*>(&in); }

inline int bind_to(int fd, unsigned port, in_addr_t host = INADDR_LOOPBACK) {
  const sockaddr_in in = address(port, host);
  return bind(fd, any(in), sizeof in);
}

inline int connect_to(int fd, unsigned port, in_addr_t host = INADDR_LOOPBACK) {
  const sockaddr_in in = address(port, host);
  return connect(fd, any(in), sizeof in);
}

inline unsigned port_of(int fd) {
  sockaddr_in in{};
  socklen_t length = sizeof in;
  return getsockname(fd, any(in), &length) == 0 ? ntohs(in.sin_port) : 0;
}

// A TCP listener on a port of the system's choice.
inline int listener(int backlog = 16, int flags = 0) {
  const int fd = socket(AF_INET, SOCK_STREAM | flags, 0);
  return fd >= 0 && bind_to(fd, 0) == 0 && listen(fd, backlog) == 0 ? fd : -1;
}

// Two ends of a TCP connection over loopback: the connecting and the accepted one.
inline std::pair<int, int> tcp_pair() {
  const int server = listener();
  const int client = socket(AF_INET, SOCK_STREAM, 0);
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
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  bind_to(fd, 0);
  const unsigned port = port_of(fd);
  close(fd);
  return port;
}

}  // namespace check
