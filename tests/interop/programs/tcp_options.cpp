// Options of TCP sockets: what Linux takes, refuses and reads back, and what they do.
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>

#include <thread>
#include <vector>

#include "check.h"

namespace {

int get(int fd, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  return getsockopt(fd, IPPROTO_TCP, name, &value, &length) == 0 && length == sizeof value ? value
                                                                                           : -2;
}

int set(int fd, int name, int value) {
  return setsockopt(fd, IPPROTO_TCP, name, &value, sizeof value);
}

void values() {
  const int fd = socket(check::family, SOCK_STREAM, 0);
  check::equal(get(fd, TCP_DEFER_ACCEPT), 0, "TCP_DEFER_ACCEPT");
  check::equal(set(fd, TCP_DEFER_ACCEPT, 5), 0, "  set to 5 s");
  check::equal(get(fd, TCP_DEFER_ACCEPT), 7, "  is three time-outs of the SYN-ACK");
  check::equal(set(fd, TCP_DEFER_ACCEPT, -1), 0, "  set to -1");
  check::equal(get(fd, TCP_DEFER_ACCEPT), 0, "  is off");
  check::equal(get(fd, TCP_LINGER2), 60, "TCP_LINGER2");
  check::equal(set(fd, TCP_LINGER2, 10), 0, "  set");
  check::equal(get(fd, TCP_LINGER2), 10, "  reads back");
  check::equal(set(fd, TCP_LINGER2, 121), 0, "  set above the limit");
  check::equal(get(fd, TCP_LINGER2), 120, "  is the limit");
  check::equal(set(fd, TCP_LINGER2, -7), 0, "  set below 0");
  check::equal(get(fd, TCP_LINGER2), -1, "  is -1");
  check::equal(get(fd, TCP_NOTSENT_LOWAT), 0, "TCP_NOTSENT_LOWAT");
  check::equal(set(fd, TCP_NOTSENT_LOWAT, -1), 0, "  set to all ones");
  check::equal(get(fd, TCP_NOTSENT_LOWAT), -1, "  reads back");
  check::equal(get(fd, TCP_WINDOW_CLAMP), 0, "TCP_WINDOW_CLAMP");
  check::equal(set(fd, TCP_WINDOW_CLAMP, 10), 0, "  set very low");
  check::equal(get(fd, TCP_WINDOW_CLAMP), 1152, "  is half of the smallest buffer");
  check::equal(set(fd, TCP_WINDOW_CLAMP, 0), 0, "  taken back");
  // Linux has 6, the stack one more, so that an attempt lasts three minutes (RFC 9293 MUST-23).
  check::that(get(fd, TCP_SYNCNT) == 6 || get(fd, TCP_SYNCNT) == 7, "TCP_SYNCNT");
  check::fails([&] { return set(fd, TCP_SYNCNT, 0); }, EINVAL, "  zero");
  check::fails([&] { return set(fd, TCP_SYNCNT, 128); }, EINVAL, "  too many");
  check::equal(get(fd, TCP_QUICKACK), 1, "TCP_QUICKACK");
  check::equal(set(fd, TCP_QUICKACK, 0), 0, "  off");
  check::equal(get(fd, TCP_QUICKACK), 0, "  reads 0");
  check::equal(get(fd, TCP_MAXSEG), 536, "TCP_MAXSEG");
  check::fails([&] { return set(fd, TCP_MAXSEG, 87); }, EINVAL, "  too small");
  check::fails([&] { return set(fd, TCP_MAXSEG, 32768); }, EINVAL, "  too large");
  check::equal(set(fd, TCP_MAXSEG, 1000), 0, "  set");
  check::equal(get(fd, TCP_MAXSEG), 1000, "  reads back");
  check::equal(get(fd, TCP_INQ), 0, "TCP_INQ");
  check::fails([&] { return set(fd, TCP_INQ, 2); }, EINVAL, "  2 is no truth value");
  check::fails([&] { return set(fd, TCP_USER_TIMEOUT, -1); }, EINVAL, "TCP_USER_TIMEOUT below 0");
  close(fd);
}

bool has_waiting(int listener, int timeout_ms) {
  pollfd one{listener, POLLIN, 0};
  return poll(&one, 1, timeout_ms) == 1;
}

void deferred_accept() {
  const int listener = socket(check::family, SOCK_STREAM, 0);
  set(listener, TCP_DEFER_ACCEPT, 5);
  check::bind_to(listener, 0);
  listen(listener, 4);
  const int client = socket(check::family, SOCK_STREAM, 0);
  check::equal(check::connect_to(client, check::port_of(listener)), 0, "a deferred connect");
  check::that(!has_waiting(listener, 100), "  does not wake the listener");
  check::equal(write(client, "hello", 5), 5, "  data");
  check::that(has_waiting(listener, 1000), "  does");
  const int server = accept(listener, nullptr, nullptr);
  char text[8];
  check::equal(read(server, text, sizeof text), 5, "  and is there");
  for (const int fd : {listener, client, server}) close(fd);
}

// What recvmsg says of the rest; -1 if it says nothing.
int receive_with_inq(int fd, size_t bytes) {
  char text[64];
  alignas(cmsghdr) char control[64];
  iovec part{text, bytes};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (recvmsg(fd, &message, 0) < 0) return -2;
  const cmsghdr* entry = CMSG_FIRSTHDR(&message);
  if (entry == nullptr || entry->cmsg_level != IPPROTO_TCP || entry->cmsg_type != TCP_CM_INQ) {
    return -1;
  }
  int left = 0;
  std::memcpy(&left, CMSG_DATA(entry), sizeof left);
  return left;
}

void queues() {
  const auto [a, b] = check::tcp_pair();
  check::equal(write(a, "0123456789", 10), 10, "ten bytes");
  has_waiting(b, 1000);
  int bytes = -1;
  check::equal(ioctl(b, SIOCINQ, &bytes), 0, "SIOCINQ");
  check::equal(bytes, 10, "  counts them");
  check::equal(receive_with_inq(b, 3), -1, "no TCP_INQ unless asked for");
  check::equal(set(b, TCP_INQ, 1), 0, "TCP_INQ");
  check::equal(receive_with_inq(b, 3), 4, "  says what is left");
  check::equal(receive_with_inq(b, 10), 0, "  nothing");
  for (int tries = 0; tries < 100 && (ioctl(a, SIOCOUTQ, &bytes) != 0 || bytes != 0); ++tries) {
    usleep(10'000);
  }
  check::equal(bytes, 0, "SIOCOUTQ is 0 when all was acknowledged");
  bytes = -1;
  check::equal(ioctl(a, SIOCOUTQNSD, &bytes), 0, "SIOCOUTQNSD");
  check::equal(bytes, 0, "  nothing waits to be sent");
  shutdown(a, SHUT_WR);
  has_waiting(b, 1000);
  check::equal(receive_with_inq(b, 10), 1, "TCP_INQ at the end of the stream is 1");
  close(a);
  close(b);
  const int listener = socket(check::family, SOCK_STREAM, 0);
  listen(listener, 1);
  check::fails([&] { return ioctl(listener, SIOCOUTQ, &bytes); }, EINVAL, "SIOCOUTQ of a listener");
  check::fails([&] { return ioctl(listener, SIOCOUTQNSD, &bytes); }, EINVAL, "SIOCOUTQNSD of it");
  close(listener);
}

// How much a program can write to a peer that does not read, without waiting.
long writable_bytes(int fd) {
  fcntl(fd, F_SETFL, O_NONBLOCK);
  const std::vector<char> block(1 << 14);
  long total = 0;
  for (int quiet = 0; quiet < 20;) {
    const ssize_t n = write(fd, block.data(), block.size());
    quiet = n > 0 ? 0 : quiet + 1;
    total += n > 0 ? n : 0;
    if (n <= 0) usleep(10'000);
  }
  return total;
}

tcp_info info_of(int fd) {
  tcp_info info{};
  socklen_t length = sizeof info;
  getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length);
  return info;
}

void information() {
  const auto [a, b] = check::tcp_pair();
  check::equal(write(a, "0123456789", 10), 10, "ten bytes");
  has_waiting(b, 1000);
  usleep(100'000);  // the ACK, and the delay of one
  const tcp_info sender = info_of(a);
  check::equal(sender.tcpi_state, TCP_ESTABLISHED, "tcpi_state");
  check::equal(sender.tcpi_ca_state, TCP_CA_Open, "tcpi_ca_state");
  check::equal(sender.tcpi_unacked, 0, "tcpi_unacked");
  check::equal(sender.tcpi_retransmits + sender.tcpi_probes + sender.tcpi_backoff, 0,
               "tcpi_retransmits, tcpi_probes, tcpi_backoff");
  check::equal(sender.tcpi_snd_ssthresh, 0x7fffffff, "tcpi_snd_ssthresh");
  check::that(sender.tcpi_snd_cwnd >= 2, "tcpi_snd_cwnd");  // RFC 6928, with loopback's MSS
  check::that(sender.tcpi_rto >= 200'000 && sender.tcpi_rto <= 1'000'000, "tcpi_rto");
  check::that(sender.tcpi_rtt < 200'000, "tcpi_rtt");
  check::that(sender.tcpi_options != 0, "tcpi_options");
  check::equal(sender.tcpi_last_data_sent / 1000, 0, "tcpi_last_data_sent is recent");
  close(a);
  close(b);
}

double seconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void receive_low_water() {
  const auto [a, b] = check::tcp_pair();
  const int bytes = 3;
  const timeval patience{0, 100'000};
  setsockopt(b, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
  setsockopt(b, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char buffer[8];
  send(a, "ab", 2, 0);
  const double begin = seconds();
  check::equal(recv(b, buffer, sizeof buffer, 0), 2, "fewer than SO_RCVLOWAT");
  check::that(seconds() - begin > 0.09, "are waited for until SO_RCVTIMEO");
  send(a, "ab", 2, 0);
  check::equal(recv(b, buffer, 2, 0), 2, "as many as are asked for are enough");
  send(a, "ab", 2, 0);
  check::poll_one(b, POLLIN, 100);
  check::equal(recv(b, buffer, sizeof buffer, MSG_DONTWAIT), 2, "who does not wait gets them");
  close(a);
  close(b);
}

template <class T>
bool is_inherited(int level, int option, const T& value, const T& wanted) {
  const int server = check::listener();
  setsockopt(server, level, option, &value, sizeof value);
  const int client = socket(check::family, SOCK_STREAM, 0);
  check::connect_to(client, check::port_of(server));
  const int accepted = accept(server, nullptr, nullptr);
  T got{};
  socklen_t length = sizeof got;
  getsockopt(accepted, level, option, &got, &length);
  close(server);
  close(client);
  close(accepted);
  return std::memcmp(&got, &wanted, sizeof got) == 0;
}

void inherited() {
  const timeval patience{7, 0};
  check::that(is_inherited(SOL_SOCKET, SO_RCVTIMEO, patience, patience),
              "SO_RCVTIMEO is inherited");
  check::that(is_inherited(SOL_SOCKET, SO_SNDTIMEO, patience, patience), "SO_SNDTIMEO, too");
  check::that(is_inherited(SOL_SOCKET, SO_RCVLOWAT, 5, 5), "SO_RCVLOWAT, too");
  check::that(is_inherited(SOL_SOCKET, SO_OOBINLINE, 1, 1), "SO_OOBINLINE, too");
  check::that(is_inherited(SOL_SOCKET, SO_BROADCAST, 1, 1), "SO_BROADCAST, too");
  check::that(is_inherited(SOL_SOCKET, SO_PRIORITY, 4, 0), "SO_PRIORITY is not");
  check::that(is_inherited(IPPROTO_TCP, TCP_FASTOPEN, 5, 0), "TCP_FASTOPEN is the listener's");
}

void not_sent_low_water() {
  const auto [plain, reader] = check::tcp_pair();
  const auto [frugal, other] = check::tcp_pair();
  check::equal(set(frugal, TCP_NOTSENT_LOWAT, 16384), 0, "TCP_NOTSENT_LOWAT of a connection");
  const long much = writable_bytes(plain);
  const long little = writable_bytes(frugal);
  check::that(little + 100'000 < much, "  a full peer lets less be written");
  pollfd one{frugal, POLLOUT, 0};
  check::equal(poll(&one, 1, 0), 0, "  and poll() says so");
  std::vector<char> room(1 << 20);
  long taken = 0;
  while (taken < little) {
    const ssize_t n = read(other, room.data(), room.size());
    if (n <= 0) break;
    taken += n;
  }
  check::equal(taken, little, "  all of it arrives");
  check::equal(poll(&one, 1, 1000), 1, "  and then there is room again");
  for (const int fd : {plain, reader, frugal, other}) close(fd);
}

}  // namespace

int main() {
  values();
  deferred_accept();
  queues();
  information();
  receive_low_water();
  inherited();
  not_sent_low_water();
  return check::finish();
}
