// Arguments that no sensible program passes: pointers that are no memory, negative lengths, too
// many entries. Each has its errno, and none ends the program.
#include <limits.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <time.h>

#include <cstdint>

#include "check.h"

namespace {

// Nothing that the compiler could see through.
template <class T>
T* no_memory() {
  static volatile uintptr_t number = 16;
  return reinterpret_cast<T*>(number);
}

void in_poll_and_select() {
  constexpr nfds_t kTooMany = 1u << 30;
  timeval none{};
  check::fails([&] { return poll(no_memory<pollfd>(), 1, 0); }, EFAULT, "poll: entries nowhere");
  pollfd one{-1, POLLIN, 0};
  pollfd* volatile few = &one;
  check::fails([&] { return poll(few, kTooMany, 0); }, EINVAL, "poll: too many entries");
  check::fails([&] { return ppoll(few, kTooMany, nullptr, nullptr); }, EINVAL, "ppoll: too many");
  check::equal(poll(&one, 1, 0), 0, "poll: a negative descriptor is passed over");
  check::fails([&] { return select(8, no_memory<fd_set>(), nullptr, nullptr, &none); }, EFAULT,
               "select: a set nowhere");
  check::fails([&] { return select(-1, nullptr, nullptr, nullptr, &none); }, EINVAL,
               "select: a negative number");
}

void in_ioctl(int fd) {
  for (const unsigned long request : {FIONREAD, SIOCOUTQ, SIOCGIFFLAGS, SIOCGIFCONF, SIOCGARP}) {
    check::fails([&] { return ioctl(fd, request, no_memory<void>()); }, EFAULT,
                 "ioctl: an argument nowhere");
  }
}

struct Sending {
  char text[8] = "abcdefg";
  iovec part{text, sizeof text};
  msghdr message{};
  Sending() {
    message.msg_iov = &part;
    message.msg_iovlen = 1;
  }
};

void in_messages(int fd, const char* kind) {
  std::printf("%s\n", kind);
  const auto send = [&](const Sending& s) { return sendmsg(fd, &s.message, MSG_DONTWAIT); };
  Sending named, wide, long_control, bad_control, cut_control, unknown_control;
  check::Address address = check::address(9);
  named.message.msg_name = &address;
  named.message.msg_namelen = static_cast<socklen_t>(-1);
  check::fails([&] { return send(named); }, EINVAL, "a name of negative length");
  wide.part.iov_len = size_t{SSIZE_MAX} + 1;
  check::fails([&] { return send(wide); }, EINVAL, "a part of negative length");
  long_control.message.msg_control = long_control.text;
  long_control.message.msg_controllen = size_t{INT_MAX} + 1;
  check::fails([&] { return send(long_control); }, ENOBUFS, "more control data than there can be");
  bad_control.message.msg_control = no_memory<void>();
  bad_control.message.msg_controllen = 24;
  check::fails([&] { return send(bad_control); }, EFAULT, "control data nowhere");

  alignas(cmsghdr) cmsghdr entry{};
  entry.cmsg_len = 99;
  entry.cmsg_level = SOL_SOCKET;
  entry.cmsg_type = SCM_RIGHTS;
  cut_control.message.msg_control = unknown_control.message.msg_control = &entry;
  cut_control.message.msg_controllen = unknown_control.message.msg_controllen = sizeof entry;
  check::fails([&] { return send(cut_control); }, EINVAL, "a control message longer than its data");
  entry.cmsg_len = sizeof entry;
  entry.cmsg_type = 77;
  check::fails([&] { return send(unknown_control); }, EINVAL, "one of an unknown type");
  check::fails([&] { return recvmsg(fd, &named.message, MSG_DONTWAIT); }, EINVAL,
               "receiving with a name of negative length");
}

void in_many_messages(int fd, const char* kind) {
  std::printf("%s\n", kind);
  Sending one;
  static mmsghdr many[1100];
  for (mmsghdr& each : many) each.msg_hdr = one.message;
  check::equal(sendmmsg(fd, many, 1100, MSG_DONTWAIT), UIO_MAXIOV, "sendmmsg: 1024 at a time");
  timespec odd{0, 2'000'000'000};
  check::fails([&] { return recvmmsg(fd, many, 1, 0, &odd); }, EINVAL,
               "recvmmsg: a second has fewer nanoseconds");
  odd = {-1, 0};
  check::fails([&] { return recvmmsg(fd, many, 1, 0, &odd); }, EINVAL,
               "recvmmsg: no negative time");
}

void received_from(int fd) {
  char byte;
  check::Address from;
  auto length = static_cast<socklen_t>(-1);
  check::poll_one(fd, POLLIN, 1000);
  check::fails([&] { return recvfrom(fd, &byte, 1, 0, check::any(from), &length); }, EINVAL,
               "recvfrom: room of negative length for the name");
}

}  // namespace

int main() {
  in_poll_and_select();
  const auto [a, b] = check::tcp_pair();
  in_ioctl(a);
  in_messages(a, "stream");
  in_many_messages(a, "stream");
  received_from(b);
  const int c = socket(check::family, SOCK_DGRAM, 0);
  check::bind_to(c, 0);
  check::connect_to(c, check::port_of(c));
  in_messages(c, "datagrams");
  in_many_messages(c, "datagrams");
  received_from(c);
  return check::finish();
}
