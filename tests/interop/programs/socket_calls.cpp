// The calls that make and name sockets, and their errors.
#include <fcntl.h>

#include "check.h"

namespace {

void kinds() {
  const struct {
    int type, protocol, error;
    const char* what;
  } cases[] = {
      {SOCK_STREAM, 0, 0, "stream"},
      {SOCK_STREAM, IPPROTO_TCP, 0, "stream with TCP"},
      {SOCK_STREAM, IPPROTO_UDP, EPROTONOSUPPORT, "stream with UDP"},
      {SOCK_DGRAM, 0, 0, "datagram"},
      {SOCK_DGRAM, IPPROTO_TCP, EPROTONOSUPPORT, "datagram with TCP"},
      {SOCK_RAW, 0, EPROTONOSUPPORT, "raw without a protocol"},
      {SOCK_RAW, IPPROTO_ICMP, 0, "raw ICMP"},
      {SOCK_RDM, 0, ESOCKTNOSUPPORT, "reliable datagrams"},
      {SOCK_STREAM | 0x10000, 0, EINVAL, "unknown flag"},
      {15, 0, EINVAL, "unknown type"},
      {SOCK_STREAM, 263, EINVAL, "protocol out of range"},
      {SOCK_STREAM, -1, EINVAL, "negative protocol"},
  };
  for (const auto& one : cases) {
    errno = 0;
    const int fd = socket(check::family, one.type, one.protocol);
    check::equal(fd < 0 ? errno : 0, one.error, one.what);
    if (fd >= 0) close(fd);
  }
}

void flags() {
  const int plain = socket(check::family, SOCK_STREAM, 0);
  check::equal(fcntl(plain, F_GETFD), 0, "no close-on-exec unless asked for");
  check::equal(fcntl(plain, F_GETFL), O_RDWR, "blocking unless asked otherwise");
  const int special = socket(check::family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  check::equal(fcntl(special, F_GETFD), FD_CLOEXEC, "SOCK_CLOEXEC");
  check::equal(fcntl(special, F_GETFL), O_RDWR | O_NONBLOCK, "SOCK_NONBLOCK");
  check::equal(special, plain + 1, "descriptors are the lowest free numbers");
  close(plain);
  close(special);
}

void naming() {
  const int fd = socket(check::family, SOCK_STREAM, 0);
  check::Address at = check::address(0);
  check::fails([&] { return bind(fd, check::any(at), 4); }, EINVAL, "bind with a short address");
  at.any.sa_family = AF_UNIX;
  check::fails([&] { return check::bind_to(fd, at); }, EAFNOSUPPORT, "bind to another family");
  at = check::address(0, check::is_ip6 ? "2001:db8::1" : "192.0.2.1");
  check::fails([&] { return check::bind_to(fd, at); }, EADDRNOTAVAIL,
               "bind to an address that is not ours");
  socklen_t length = sizeof at;
  check::equal(getsockname(fd, check::any(at), &length), 0, "getsockname before bind");
  check::that(check::port_in(at) == 0 && check::is_host(at, check::Host::kAny) &&
                  length == check::address_length,
              "and no address");
  check::equal(check::bind_to(fd, 0), 0, "bind to port 0");
  check::that(check::port_of(fd) != 0, "gives a port");
  check::fails([&] { return check::bind_to(fd, 0); }, EINVAL, "bind twice");
  const int other = socket(check::family, SOCK_STREAM, 0);
  check::fails([&] { return check::bind_to(other, check::port_of(fd)); }, EADDRINUSE,
               "bind to a port in use");
  close(fd);
  check::equal(check::bind_to(other, check::port_of(fd)), 0, "bind after a failed bind");
  at = {};
  length = 4;
  check::equal(getsockname(other, check::any(at), &length), 0, "getsockname into a short buffer");
  check::that(length == check::address_length && check::is_host(at, check::Host::kAny) &&
                  check::port_in(at) != 0,
              "cuts the address and tells its length");
  check::fails([&] { return getpeername(other, check::any(at), &length); }, ENOTCONN,
               "getpeername without a peer");
  close(other);
}

void listening() {
  const int fd = socket(check::family, SOCK_STREAM, 0);
  check::fails([&] { return accept(fd, nullptr, nullptr); }, EINVAL, "accept before listen");
  check::equal(listen(fd, 5), 0, "listen without bind");
  check::that(check::port_of(fd) != 0, "chooses a port");
  check::equal(listen(fd, 10), 0, "listen again");
  check::fails([&] { return accept4(fd, nullptr, nullptr, 0x10); }, EINVAL, "accept4 flags");
  fcntl(fd, F_SETFL, O_NONBLOCK);
  check::fails([&] { return accept(fd, nullptr, nullptr); }, EAGAIN, "accept with nobody there");
  char byte;
  check::fails([&] { return recv(fd, &byte, 1, 0); }, ENOTCONN, "recv on a listener");
  check::fails([&] { return send(fd, "x", 1, MSG_NOSIGNAL); }, EPIPE, "send on a listener");
  close(fd);
  const int datagram = socket(check::family, SOCK_DGRAM, 0);
  check::fails([&] { return listen(datagram, 5); }, EOPNOTSUPP, "listen on UDP");
  check::fails([&] { return accept(datagram, nullptr, nullptr); }, EOPNOTSUPP, "accept on UDP");
  close(datagram);
  check::fails([&] { return listen(datagram, 5); }, EBADF, "listen on a closed descriptor");
  check::fails([] { return listen(0, 5); }, ENOTSOCK, "listen on a file");
}

void accepting() {
  const int server = check::listener();
  const int client = socket(check::family, SOCK_STREAM, 0);
  check::equal(check::connect_to(client, check::port_of(server)), 0, "connect to the listener");
  check::fails([&] { return check::connect_to(client, check::port_of(server)); }, EISCONN,
               "connect again");
  check::Address peer;
  socklen_t length = sizeof peer;
  const int accepted = accept4(server, check::any(peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  check::that(accepted >= 0, "accept4");
  check::equal(check::port_in(peer), check::port_of(client), "tells the peer's port");
  check::equal(fcntl(accepted, F_GETFL) & O_NONBLOCK, O_NONBLOCK, "SOCK_NONBLOCK of accept4");
  check::equal(fcntl(accepted, F_GETFD), FD_CLOEXEC, "SOCK_CLOEXEC of accept4");
  check::equal(check::port_of(accepted), check::port_of(server), "has the listener's port");
  length = sizeof peer;
  check::equal(getpeername(client, check::any(peer), &length), 0, "getpeername of the client");
  check::equal(check::port_in(peer), check::port_of(server), "is the listener");
  close(client);
  close(accepted);
  close(server);
}

}  // namespace

int main() {
  kinds();
  flags();
  naming();
  listening();
  accepting();
  return check::finish();
}
