// Moving bytes over TCP: flags, vectors, time-outs, half-close, ends and resets.
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <time.h>

#include <cstdlib>
#include <string>
#include <tuple>

#include "check.h"

namespace {

volatile sig_atomic_t pipes = 0;
void on_pipe(int) { pipes = pipes + 1; }

double seconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void set_timeout(int fd, int option, long ms) {
  const timeval timeout{ms / 1000, ms % 1000 * 1000};
  setsockopt(fd, SOL_SOCKET, option, &timeout, sizeof timeout);
}

// Waits until `bytes` can be read.
bool arrived(int fd, int bytes) {
  for (int i = 0; i < 500; ++i) {
    int ready = 0;
    ioctl(fd, FIONREAD, &ready);
    if (ready >= bytes) return true;
    usleep(2000);
  }
  return false;
}

void unconnected() {
  const int fd = socket(check::family, SOCK_STREAM, 0);
  char byte;
  check::fails([&] { return recv(fd, &byte, 1, 0); }, ENOTCONN, "recv on a fresh socket");
  check::fails([&] { return read(fd, &byte, 1); }, ENOTCONN, "read on a fresh socket");
  check::fails([&] { return send(fd, "x", 1, MSG_NOSIGNAL); }, EPIPE, "send on a fresh socket");
  pipes = 0;
  check::fails([&] { return write(fd, "x", 1); }, EPIPE, "write on a fresh socket");
  check::equal(pipes, 1, "raises SIGPIPE");
  check::fails([&] { return shutdown(fd, SHUT_WR); }, ENOTCONN, "shutdown on a fresh socket");
  check::fails([&] { return shutdown(fd, 7); }, EINVAL, "shutdown in no direction");
  close(fd);
}

void flags() {
  const auto [a, b] = check::tcp_pair();
  char buffer[64] = {};
  check::fails([&] { return recv(b, buffer, 4, MSG_DONTWAIT); }, EAGAIN,
               "MSG_DONTWAIT with no data");
  check::equal(send(a, "hello", 5, 0), 5, "send");
  check::that(arrived(b, 5), "FIONREAD counts what has come");
  check::equal(recv(b, buffer, sizeof buffer, MSG_PEEK), 5, "MSG_PEEK reads");
  check::equal(recv(b, buffer, 2, MSG_PEEK), 2, "and takes nothing");
  check::equal(recv(b, buffer, 2, MSG_TRUNC), 2, "MSG_TRUNC discards");
  check::Address from;
  socklen_t length = sizeof from;
  check::equal(recvfrom(b, buffer, sizeof buffer, 0, check::any(from), &length), 3, "recvfrom");
  check::that(std::memcmp(buffer, "llo", 3) == 0, "gets the rest");
  check::equal(length, 0, "and no address");
  const check::Address elsewhere = check::address(9);
  check::equal(sendto(a, "x", 1, 0, check::any(elsewhere), check::address_length), 1,
               "sendto ignores an address");
  check::equal(recv(b, buffer, 0, 0), 0, "recv of nothing");
  check::equal(recv(b, buffer, 1, MSG_WAITALL), 1, "MSG_WAITALL of what is there");
  check::equal(send(a, buffer, 0, 0), 0, "send of nothing");
  close(a);
  close(b);
}

void vectors() {
  const auto [a, b] = check::tcp_pair();
  char one[4] = {'a', 'b', 'c', 'd'}, two[4] = {'e', 'f', 'g', 'h'};
  iovec out[2] = {{one, 4}, {two, 4}};
  check::equal(writev(a, out, 2), 8, "writev");
  char in[16] = {};
  iovec parts[2] = {{in, 3}, {in + 3, 13}};
  check::that(arrived(b, 8), "all of it arrives");
  check::equal(readv(b, parts, 2), 8, "readv");
  check::that(std::memcmp(in, "abcdefgh", 8) == 0, "in order");
  msghdr message{};
  message.msg_iov = out;
  message.msg_iovlen = 2;
  check::equal(sendmsg(a, &message, 0), 8, "sendmsg");
  check::that(arrived(b, 8), "which arrives");
  check::Address name;
  char control[64];
  message = {};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  message.msg_name = &name;
  message.msg_namelen = sizeof name;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  check::equal(recvmsg(b, &message, 0), 8, "recvmsg");
  check::that(message.msg_namelen == 0 && message.msg_controllen == 0 && message.msg_flags == 0,
              "without name, control data or flags");
  close(a);
  close(b);
}

void timeouts() {
  const auto [a, b] = check::tcp_pair();
  set_timeout(b, SO_RCVTIMEO, 100);
  timeval kept{};
  socklen_t length = sizeof kept;
  check::equal(getsockopt(b, SOL_SOCKET, SO_RCVTIMEO, &kept, &length), 0, "SO_RCVTIMEO reads back");
  check::that(kept.tv_sec == 0 && kept.tv_usec == 100000, "with its value");
  char byte;
  double begin = seconds();
  check::fails([&] { return recv(b, &byte, 1, 0); }, EAGAIN, "recv times out");
  double took = seconds() - begin;
  check::that(took > 0.09 && took < 1, "when it should");
  set_timeout(a, SO_SNDTIMEO, 100);
  const std::string block(1 << 20, 'x');
  begin = seconds();
  ssize_t sent = 0;
  for (int i = 0; i < 64 && sent >= 0; ++i) sent = send(a, block.data(), block.size(), 0);
  check::that(sent < 0 && errno == EAGAIN, "send times out when nobody reads");
  check::that(seconds() - begin < 20, "in time");
  close(a);
  close(b);
  const int server = check::listener();
  set_timeout(server, SO_RCVTIMEO, 100);
  check::fails([&] { return accept(server, nullptr, nullptr); }, EAGAIN, "accept times out");
  close(server);
}

void half_close() {
  const auto [a, b] = check::tcp_pair();
  check::equal(send(a, "end", 3, 0), 3, "send before the end");
  check::equal(shutdown(a, SHUT_WR), 0, "shutdown of sending");
  pipes = 0;
  check::fails([&] { return send(a, "x", 1, 0); }, EPIPE, "send after it");
  check::equal(pipes, 1, "raises SIGPIPE");
  char buffer[8];
  check::equal(recv(b, buffer, sizeof buffer, MSG_WAITALL), 3, "what was sent before arrives");
  check::equal(recv(b, buffer, sizeof buffer, 0), 0, "then the end");
  check::equal(recv(b, buffer, sizeof buffer, 0), 0, "again and again");
  check::equal(send(b, "back", 4, 0), 4, "the other direction stays open");
  check::equal(recv(a, buffer, 4, MSG_WAITALL), 4, "and arrives");
  check::equal(shutdown(a, SHUT_RD), 0, "shutdown of receiving");
  check::equal(recv(a, buffer, 4, 0), 0, "reads the end");
  close(b);
  close(a);
}

void reset() {
  const auto [a, b] = check::tcp_pair();
  const linger now{1, 0};
  check::equal(setsockopt(a, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0, "SO_LINGER of 0 seconds");
  close(a);
  check::that(check::poll_one(b, POLLIN, 2000) != 0, "the peer notices the reset");
  char byte;
  check::fails([&] { return recv(b, &byte, 1, 0); }, ECONNRESET, "recv says so");
  check::equal(recv(b, &byte, 1, 0), 0, "once");
  pipes = 0;
  check::fails([&] { return send(b, "x", 1, 0); }, EPIPE, "then send is a broken pipe");
  check::equal(pipes, 1, "with SIGPIPE");
  close(b);

  const auto [c, d] = check::tcp_pair();
  send(c, "unread", 6, 0);
  check::that(arrived(d, 6), "data that will not be read");
  close(d);
  check::that(check::poll_one(c, POLLIN, 2000) != 0, "closing with unread data resets");
  pipes = 0;
  check::fails([&] { return send(c, "x", 1, 0); }, ECONNRESET, "send says so");
  check::equal(pipes, 0, "without SIGPIPE");
  check::equal(check::pending_error(c), 0, "and the error is gone");
  close(c);
}

// The peer closed, and answers what comes then with a reset.
void refused_after_the_end() {
  const auto [a, b] = check::tcp_pair();
  close(b);
  char byte;
  check::equal(recv(a, &byte, 1, 0), 0, "the end");
  check::equal(send(a, "x", 1, 0), 1, "what the peer will not have");
  check::that(check::poll_one(a, POLLOUT, 2000) != 0, "is refused");
  usleep(50000);
  check::equal(recv(a, &byte, 1, 0), 0, "a reader sees the end, not the error");
  check::equal(check::pending_error(a), EPIPE, "which is kept for others");
  close(a);
}

void files() {
  char path[] = "/tmp/stream_io.XXXXXX";
  const int file = mkstemp(path);
  unlink(path);
  const std::string text(10000, 'f');
  check::equal(write(file, text.data(), text.size()), 10000, "a file to send");
  const auto [a, b] = check::tcp_pair();
  off_t from = 1000;
  check::equal(sendfile(a, file, &from, 9000), 9000, "sendfile");
  char buffer[9000];
  check::equal(recv(b, buffer, sizeof buffer, MSG_WAITALL), 9000, "arrives");
  check::equal(from, 10000, "and moves the offset");
  int through[2];
  check::equal(pipe(through), 0, "a pipe");
  check::equal(send(a, "spliced", 7, 0), 7, "bytes for splice");
  check::equal(splice(b, nullptr, through[1], nullptr, 7, 0), 7, "splice from a socket");
  check::equal(splice(through[0], nullptr, a, nullptr, 7, 0), 7, "splice to a socket");
  check::equal(recv(b, buffer, 7, MSG_WAITALL), 7, "arrives");
  for (int fd : {a, b, file, through[0], through[1]}) close(fd);
}

// Over loopback a reset is there when the send that it answers returns.
void gone_peers() {
  auto [a, b] = check::tcp_pair();
  close(b);
  check::poll_one(a, POLLRDHUP, 1000);
  check::equal(send(a, "x", 1, 0), 1, "a send to a peer that has closed");
  check::fails([&] { return send(a, "x", 1, MSG_NOSIGNAL); }, EPIPE, "the next one knows");
  close(a);

  std::tie(a, b) = check::tcp_pair();
  close(b);
  while (send(a, "meow", 4, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
  }
  check::that(errno == EPIPE || errno == ECONNRESET, "sends that do not wait end by the reset");
  close(a);
}

void stdio() {
  const auto [a, b] = check::tcp_pair();
  FILE* stream = fdopen(a, "r+");
  std::fputs("a line\n", stream);
  std::fflush(stream);
  char buffer[16];
  check::equal(recv(b, buffer, 7, MSG_WAITALL), 7, "stdio writes");
  check::equal(send(b, "back\n", 5, 0), 5, "an answer");
  check::that(
      std::fgets(buffer, sizeof buffer, stream) != nullptr && std::strcmp(buffer, "back\n") == 0,
      "stdio reads");
  std::fclose(stream);
  check::equal(recv(b, buffer, 1, 0), 0, "fclose is a close");
  close(b);
}

double close_time(int fd) {
  const double begin = seconds();
  check::equal(close(fd), 0, "close");
  return seconds() - begin;
}

void lingering() {
  const linger wait{1, 1};
  const auto [a, b] = check::tcp_pair();
  setsockopt(a, SOL_SOCKET, SO_LINGER, &wait, sizeof wait);
  check::equal(send(a, "all", 3, 0), 3, "little to send");
  check::that(close_time(a) < 0.9, "is acknowledged before the lingering is over");
  close(b);

  const auto [c, d] = check::tcp_pair();
  setsockopt(c, SOL_SOCKET, SO_LINGER, &wait, sizeof wait);
  const std::string text(1 << 20, 'x');
  for (int idle = 0; idle < 10; ++idle) {
    while (send(c, text.data(), text.size(), MSG_DONTWAIT) > 0) idle = 0;
    usleep(10000);
  }
  const double took = close_time(c);
  check::that(took > 0.9 && took < 3, "what nobody reads holds close up for the time of SO_LINGER");
  close(d);
}

}  // namespace

int main() {
  signal(SIGPIPE, on_pipe);
  unconnected();
  flags();
  vectors();
  timeouts();
  half_close();
  reset();
  refused_after_the_end();
  files();
  gone_peers();
  stdio();
  lingering();
  return check::finish();
}
