// What programs want of sends on a stream beside that the bytes arrive, and what they hear of them:
// records (MSG_EOR), buffers that are free again (MSG_ZEROCOPY, also of datagrams), time stamps
// (SO_TIMESTAMPING).
#include <time.h>  // linux/errqueue.h needs it

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>

#include <string>
#include <thread>

#include "check.h"
#include "one_entry.h"

namespace {

void set(int fd, int level, int name, int value, const char* what) {
  check::equal(setsockopt(fd, level, name, &value, sizeof value), 0, what);
}

// One message of the error queue.
struct Notice {
  alignas(cmsghdr) char control[512];
  msghdr message{};
  long size = -1;
  const sock_extended_err* error = nullptr;
  const scm_timestamping* stamps = nullptr;

  explicit Notice(int fd) {
    const auto [level, type] = check::of_ip(IP_RECVERR, IPV6_RECVERR);
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    size = recvmsg(fd, &message, MSG_ERRQUEUE);
    if (size < 0) return;
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      const bool is_error = c->cmsg_level == level && c->cmsg_type == type;
      const bool is_stamp = c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING;
      if (is_error) error = reinterpret_cast<const sock_extended_err*>(CMSG_DATA(c));
      if (is_stamp) stamps = reinterpret_cast<const scm_timestamping*>(CMSG_DATA(c));
    }
  }
};

// epoll tells of a notice though nothing is asked for, and of nothing else.
void expect_by_epoll(int fd) {
  const int epoll = epoll_create1(0);
  epoll_event event{};
  event.data.u64 = 0x123456789abcdef;
  check::equal(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0, "watched by epoll");
  event = {};
  check::equal(epoll_wait(epoll, &event, 1, 3000), 1, "  which tells");
  check::equal(event.events, EPOLLERR, "  of an error");
  check::that(event.data.u64 == 0x123456789abcdef, "  with its word");
  check::equal(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event), 0, "  no more watched");
  check::equal(epoll_wait(epoll, &event, 1, 20), 0, "  which it does not tell");
  close(epoll);
}

bool await_notice(int fd) { return (check::poll_one(fd, 0, 3000) & POLLERR) != 0; }

void has_no_notice(int fd, const char* what) {
  check::fails([&] { return Notice(fd).size; }, EAGAIN, what);
}

std::string read_bytes(int fd, size_t bytes) {
  std::string all(bytes, ' ');
  size_t done = 0;
  while (done < bytes) {
    const ssize_t got = recv(fd, all.data() + done, bytes - done, 0);
    if (got <= 0) break;
    done += static_cast<size_t>(got);
  }
  all.resize(done);
  return all;
}

// Segments with text that `fd` has sent once all was acknowledged.
int segments_sent(int fd) {
  int left = 1;
  for (int i = 0; i < 2000 && left > 0; ++i) {
    ioctl(fd, SIOCOUTQ, &left);
    usleep(1000);
  }
  tcp_info info{};
  socklen_t length = sizeof info;
  getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length);
  return static_cast<int>(info.tcpi_data_segs_out);
}

// Ten sends of one octet while the cork is in, so that nothing but records parts them.
int segments_of_ten(int flags) {
  const auto [a, b] = check::tcp_pair();
  set(a, IPPROTO_TCP, TCP_CORK, 1, "TCP_CORK");
  for (const char digit : std::string("0123456789")) send(a, &digit, 1, flags);
  set(a, IPPROTO_TCP, TCP_CORK, 0, "  taken out");
  check::that(read_bytes(b, 10) == "0123456789", "  all octets arrive in order");
  const int segments = segments_sent(a);
  close(a);
  close(b);
  return segments;
}

void records() {
  check::equal(segments_of_ten(0), 1, "octets without records travel together");
  check::equal(segments_of_ten(MSG_EOR), 10, "records do not share segments");
}

// Records among much else, whatever the pieces in which that travels.
void records_amid_much() {
  const auto [a, b] = check::tcp_pair();
  const std::string bulk(9'000, 'o');
  std::string all;
  for (int i = 0; i < 5; ++i) {
    check::equal(send(a, bulk.data(), bulk.size(), MSG_EOR), 9'000, "a large record");
    check::equal(write(a, "x", 1), 1, "an octet of none");
    check::equal(send(a, "", 0, MSG_EOR), 0, "an empty record");
    all += bulk + "x";
  }
  check::that(read_bytes(b, all.size()) == all, "all octets arrive in order");
  close(a);
  close(b);
}

// Sends until there is no room; nothing of it may be lost or doubled.
void records_without_room() {
  const auto [a, b] = check::tcp_pair();
  const std::string record(3'000, 'r');
  size_t sent = 0;
  for (;;) {
    const ssize_t n = send(a, record.data(), record.size(), MSG_EOR | MSG_DONTWAIT);
    if (n < 0) break;
    sent += static_cast<size_t>(n);
  }
  check::equal(errno, EAGAIN, "there is no room for a record");
  check::equal(static_cast<long>(read_bytes(b, sent).size()), static_cast<long>(sent),
               "what was sent arrives");
  check::equal(check::poll_one(b, POLLIN, 50), 0, "and nothing else");
  check::equal(send(a, "e", 1, MSG_EOR), 1, "there is room again");
  check::that(read_bytes(b, 1) == "e", "it arrives");
  close(a);
  close(b);
}

// Fetches notices until `last` is done; they must name every send once, from 0 on.
void expect_zero_copies(int fd, unsigned last) {
  unsigned next = 0;
  while (next <= last) {
    if (!check::that(await_notice(fd), "  poll tells of a notice")) return;
    const Notice notice(fd);
    if (!check::that(notice.error != nullptr, "  there is one")) return;
    check::equal(notice.error->ee_origin, SO_EE_ORIGIN_ZEROCOPY, "  ee_origin");
    check::equal(notice.error->ee_errno, 0, "  ee_errno");
    check::equal(notice.error->ee_code, SO_EE_CODE_ZEROCOPY_COPIED, "  it was copied");
    check::equal(notice.error->ee_info, next, "  ee_info follows on the last");
    check::that(notice.error->ee_data >= next && notice.error->ee_data <= last, "  ee_data");
    next = notice.error->ee_data + 1;
  }
  has_no_notice(fd, "  that was all");
  check::equal(check::poll_one(fd, 0, 0), 0, "  and poll says so");
}

void zero_copies(int from, int to, bool is_stream, const char* what) {
  std::printf("--- %s\n", what);
  check::equal(send(from, "abc", 3, MSG_ZEROCOPY), 3, "MSG_ZEROCOPY without SO_ZEROCOPY");
  check::that(read_bytes(to, 3) == "abc", "  is sent");
  has_no_notice(from, "  and not told");
  set(from, SOL_SOCKET, SO_ZEROCOPY, 1, "SO_ZEROCOPY");
  check::equal(send(from, "def", 3, 0), 3, "  a send without MSG_ZEROCOPY");
  check::that(read_bytes(to, 3) == "def", "  is sent");
  has_no_notice(from, "  and not told");
  for (int i = 0; i < 3; ++i) check::equal(send(from, "ghi", 3, MSG_ZEROCOPY), 3, "  with it");
  for (int i = 0; i < 3; ++i) check::that(read_bytes(to, 3) == "ghi", "  arrives");
  if (is_stream) expect_by_epoll(from);
  expect_zero_copies(from, 2);
  close(from);
  close(to);
}

// A notice comes while select() sleeps, to which a queue with something in it is input.
void a_notice_wakes_select() {
  const auto [a, b] = check::tcp_pair();
  set(a, SOL_SOCKET, SO_ZEROCOPY, 1, "a notice while select() sleeps");
  std::thread sender([a = a, b = b] {
    usleep(100'000);
    send(a, "abc", 3, MSG_ZEROCOPY);
    read_bytes(b, 3);
  });
  fd_set readers;
  FD_ZERO(&readers);
  FD_SET(a, &readers);
  timeval timeout{3, 0};
  check::equal(select(a + 1, &readers, nullptr, nullptr, &timeout), 1, "  wakes it");
  check::that(FD_ISSET(a, &readers), "  and is input");
  check::that(timeout.tv_sec >= 1, "  what is left of the time is told");
  sender.join();
  close(a);
  close(b);
}

void zero_copies_of_both() {
  const auto [a, b] = check::tcp_pair();
  zero_copies(a, b, true, "MSG_ZEROCOPY on a stream");
  const int to = socket(check::family, SOCK_DGRAM, 0);
  check::bind_to(to, 0);
  const int from = socket(check::family, SOCK_DGRAM, 0);
  check::connect_to(from, check::port_of(to));
  zero_copies(from, to, false, "MSG_ZEROCOPY of datagrams");
}

bool is_now(const timespec& at) {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return at.tv_sec <= now.tv_sec && at.tv_sec >= now.tv_sec - 4;
}

void expect_stamp(int fd, unsigned kind, unsigned octet) {
  if (!check::that(await_notice(fd), "  poll tells of a stamp")) return;
  const Notice notice(fd);
  check::equal(notice.size, 0, "  without the packet");
  check::that((notice.message.msg_flags & MSG_ERRQUEUE) != 0, "  from the error queue");
  if (!check::that(notice.error != nullptr && notice.stamps != nullptr, "  whole")) return;
  check::that(is_now(notice.stamps->ts[0]), "  with its time");
  check::equal(notice.error->ee_errno, ENOMSG, "  ee_errno");
  check::equal(notice.error->ee_origin, SO_EE_ORIGIN_TIMESTAMPING, "  ee_origin");
  check::equal(notice.error->ee_info, kind, "  ee_info: of what");
  check::equal(notice.error->ee_data, octet, "  ee_data: the last octet of the send");
}

constexpr int kTold =
    SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;

void stamps() {
  const auto [a, b] = check::tcp_pair();
  check::equal(send(a, "before", 6, 0), 6, "octets before stamps are wanted");
  check::that(read_bytes(b, 6) == "before", "  arrive");
  check::equal(segments_sent(a), 1, "  and are acknowledged");
  set(a, SOL_SOCKET, SO_TIMESTAMPING,
      kTold | SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_ACK |
          SOF_TIMESTAMPING_OPT_CMSG,
      "SO_TIMESTAMPING, sent and acknowledged");
  has_no_notice(a, "  nothing before something was sent");
  const std::string bulk(5'000, 'o');
  unsigned octets = 0;
  for (const size_t bytes : {size_t{10}, bulk.size(), size_t{1}}) {
    check::equal(write(a, bulk.data(), bytes), static_cast<long>(bytes), "octets");
    check::equal(static_cast<long>(read_bytes(b, bytes).size()), static_cast<long>(bytes),
                 "  arrive");
    octets += static_cast<unsigned>(bytes);
    for (const unsigned kind : {SCM_TSTAMP_SCHED, SCM_TSTAMP_SND, SCM_TSTAMP_ACK}) {
      expect_stamp(a, kind, octets - 1);
    }
  }
  has_no_notice(a, "  that was all");
  set(a, SOL_SOCKET, SO_TIMESTAMPING, 0, "  switched off");
  check::equal(write(a, "x", 1), 1, "octets");
  has_no_notice(a, "  of which nothing is told");
  close(a);
  close(b);
}

void stamps_of_one_send() {
  const auto [a, b] = check::tcp_pair();
  set(a, SOL_SOCKET, SO_TIMESTAMPING, kTold, "SO_TIMESTAMPING that wants no stamps by itself");
  check::equal(send(a, "abc", 3, 0), 3, "octets");
  check::that(read_bytes(b, 3) == "abc", "  arrive");
  check::equal(segments_sent(a), 1, "  and are acknowledged");
  has_no_notice(a, "  and not told");
  const OneEntry<uint32_t> wanted("defg", 4, SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_TX_ACK);
  check::equal(wanted.send_to(a, 0), 4, "a send that does, by a control message");
  check::that(read_bytes(b, 4) == "defg", "  arrives");
  expect_stamp(a, SCM_TSTAMP_ACK, 6);
  has_no_notice(a, "  that was all");
  close(a);
  close(b);
}

}  // namespace

int main() {
  records();
  records_amid_much();
  records_without_room();
  zero_copies_of_both();
  a_notice_wakes_select();
  stamps();
  stamps_of_one_send();
  return check::finish();
}
