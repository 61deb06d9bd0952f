// Descriptors: copies, closing in every way, numbers used again, limits, processes that inherit.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "check.h"

namespace {

// tcp_pair() leaves the number of its listener free; this one is put there.
int plug() { return open("/dev/null", O_RDWR | O_CLOEXEC); }

void copies() {
  const auto [a, b] = check::tcp_pair();
  const int lowest = plug();
  close(lowest);
  const int copy = dup(a);
  check::equal(copy, lowest, "dup takes the lowest number");
  check::equal(send(copy, "x", 1, 0), 1, "a copy sends");
  char byte;
  check::equal(recv(b, &byte, 1, 0), 1, "what arrives");
  close(a);
  check::equal(send(copy, "y", 1, 0), 1, "it does so when the first is closed");
  check::equal(recv(b, &byte, 1, 0), 1, "still");
  check::equal(fcntl(copy, F_SETFL, O_NONBLOCK), 0, "flags");
  const int another = fcntl(copy, F_DUPFD_CLOEXEC, 100);
  check::that(another >= 100, "F_DUPFD");
  check::equal(fcntl(another, F_GETFL) & O_NONBLOCK, O_NONBLOCK, "are shared");
  check::equal(fcntl(another, F_GETFD), FD_CLOEXEC, "but for close-on-exec");
  close(copy);
  close(another);
  check::equal(recv(b, &byte, 1, 0), 0, "the last close is the end");
  close(b);
}

void onto_another() {
  const auto [a, b] = check::tcp_pair();
  const auto [c, d] = check::tcp_pair();
  check::equal(dup2(a, c), c, "dup2 onto a socket");
  char byte;
  check::equal(recv(d, &byte, 1, 0), 0, "closes it");
  check::equal(send(c, "x", 1, 0), 1, "and makes it a copy");
  check::equal(recv(b, &byte, 1, 0), 1, "of the other");
  check::fails([&] { return dup2(1000000, d); }, EBADF, "dup2 of nothing");
  check::equal(fcntl(d, F_GETFD), 0, "closes nothing");
  check::fails([&] { return dup3(a, a, 0); }, EINVAL, "dup3 onto itself");
  for (int fd : {a, b, c, d}) close(fd);
}

// A number that was a socket and is a file now must be treated as a file.
void reused_number() {
  const auto [a, b] = check::tcp_pair();
  const int plugged = plug();
  FILE* stream = fdopen(a, "w");
  std::fclose(stream);
  char path[] = "/tmp/descriptors.XXXXXX";
  const int file = mkstemp(path);
  unlink(path);
  check::equal(file, a, "the file got the socket's number");
  check::equal(write(file, "text", 4), 4, "write");
  iovec part{const_cast<char*>("more"), 4};
  check::equal(writev(file, &part, 1), 4, "writev");
  check::equal(lseek(file, 0, SEEK_SET), 0, "seek");
  char buffer[16] = {};
  check::equal(read(file, buffer, sizeof buffer), 8, "read");
  check::that(std::strcmp(buffer, "textmore") == 0, "the same");
  check::equal(read(file, buffer, sizeof buffer), 0, "end of file");
  check::fails([&] { return send(file, "x", 1, 0); }, ENOTSOCK, "send on a file");
  check::equal(recv(b, buffer, 1, 0), 0, "the socket was closed");
  const int udp = socket(check::family, SOCK_DGRAM, 0);
  std::fclose(fdopen(udp, "w"));
  int ends[2];
  check::equal(pipe(ends), 0, "a pipe with a datagram socket's number");
  check::equal(ends[0], udp, "indeed");
  check::equal(write(ends[1], "abc", 3), 3, "takes bytes");
  check::equal(read(ends[0], buffer, sizeof buffer), 3, "as they are");
  for (int fd : {ends[0], ends[1], file, b, plugged}) close(fd);
}

void ranges() {
  const auto [a, b] = check::tcp_pair();
  const auto low = static_cast<unsigned>(b);
  check::equal(close_range(low, low + 50, 0), 0, "close_range");
  char byte;
  check::equal(recv(a, &byte, 1, 0), 0, "closes sockets");
  check::fails([&] { return close(b); }, EBADF, "for good");
  check::equal(close(a), 0, "but no others");
  const auto [c, d] = check::tcp_pair();
  const int plugged = plug();
  closefrom(d);
  check::equal(recv(c, &byte, 1, 0), 0, "closefrom closes sockets");
  const int next = socket(check::family, SOCK_STREAM, 0);
  check::equal(next, d, "and sockets go on working");
  const auto [e, f] = check::tcp_pair();
  check::that(e >= 0 && f >= 0, "all of them");
  for (int fd : {c, next, e, f, plugged}) close(fd);
}

void limits() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit before = limit;
  limit.rlim_cur = 64;
  check::equal(setrlimit(RLIMIT_NOFILE, &limit), 0, "a limit of 64 descriptors");
  check::equal(getrlimit(RLIMIT_NOFILE, &limit), 0, "reads back");
  check::equal(static_cast<long>(limit.rlim_cur), 64, "as set");
  check::equal(static_cast<long>(limit.rlim_max), static_cast<long>(before.rlim_max),
               "hard as it was");
  int fds[80];
  int count = 0;
  while (count < 80 && (fds[count] = socket(check::family, SOCK_DGRAM, 0)) >= 0) ++count;
  check::equal(errno, EMFILE, "sockets run out");
  check::that(count > 50 && count < 64, "at the limit");
  check::fails([] { return dup(0); }, EMFILE, "dup, too");
  for (int i = 0; i < count; ++i) close(fds[i]);
  check::equal(setrlimit(RLIMIT_NOFILE, &before), 0, "and back");
  check::equal(getdtablesize(), static_cast<long>(before.rlim_cur), "getdtablesize");
  check::equal(sysconf(_SC_OPEN_MAX), static_cast<long>(before.rlim_cur), "sysconf");
}

// Connections at the limit are left in the queue.
void accept_at_limit() {
  const int server = check::listener();
  const int client = socket(check::family, SOCK_STREAM, 0);
  check::connect_to(client, check::port_of(server));
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit before = limit;
  limit.rlim_cur = static_cast<rlim_t>(client) + 1;
  setrlimit(RLIMIT_NOFILE, &limit);
  check::fails([&] { return accept(server, nullptr, nullptr); }, EMFILE, "accept at the limit");
  setrlimit(RLIMIT_NOFILE, &before);
  const int accepted = accept(server, nullptr, nullptr);
  check::that(accepted >= 0, "the connection was not lost");
  check::equal(send(accepted, "x", 1, 0), 1, "and works");
  char byte;
  check::equal(recv(client, &byte, 1, 0), 1, "both ways");
  for (int fd : {server, client, accepted}) close(fd);
}

void executed_child() {
  const auto [a, b] = check::tcp_pair();
  const pid_t child = fork();
  if (child == 0) {
    dup2(a, 1);
    execl("/bin/echo", "echo", "from a child", nullptr);
    _exit(127);
  }
  close(a);
  char buffer[32] = {};
  check::equal(recv(b, buffer, 13, MSG_WAITALL), 13, "a child writes to an inherited socket");
  check::that(std::strcmp(buffer, "from a child\n") == 0, "what it should");
  waitpid(child, nullptr, 0);
  check::equal(recv(b, buffer, 1, 0), 0, "its exit is the end");
  close(b);
}

// As this program with the argument "inherited N": 0 if that is a TCP socket that knows its name.
int is_a_socket(int fd) {
  check::Address name;
  socklen_t length = sizeof name;
  const bool fine = getsockname(fd, check::any(name), &length) == 0 &&
                    name.any.sa_family == check::family && getenv("ONLY") != nullptr &&
                    getenv("PATH") == nullptr;
  return fine ? 0 : 1;
}

void another_environment() {
  const int fd = check::listener();
  const std::string number = std::to_string(fd);
  char self[] = "/proc/self/exe", what[] = "inherited", only[] = "ONLY=1";
  char family[] = "CHECK_FAMILY=6";
  char* arguments[] = {self, what, const_cast<char*>(number.c_str()), nullptr};
  char* variables[] = {only, check::is_ip6 ? family : nullptr, nullptr};
  pid_t child = fork();
  if (child == 0) {
    execve(self, arguments, variables);
    _exit(127);
  }
  int status = -1;
  waitpid(child, &status, 0);
  check::equal(status, 0, "a program with an environment of its own has the socket it inherits");
  check::equal(posix_spawn(&child, self, nullptr, nullptr, arguments, variables), 0, "posix_spawn");
  waitpid(child, &status, 0);
  check::equal(status, 0, "as well");
  close(fd);
}

void forked_child() {
  const auto [a, b] = check::tcp_pair();
  const pid_t child = fork();
  if (child == 0) {
    close(b);
    char byte = 0;
    const bool fine = recv(a, &byte, 1, 0) == 1 && send(a, &byte, 1, 0) == 1;
    _exit(fine ? 0 : 1);
  }
  check::equal(send(b, "z", 1, 0), 1, "the parent goes on");
  char byte = 0;
  check::equal(recv(b, &byte, 1, 0), 1, "and the child answers");
  int status = -1;
  waitpid(child, &status, 0);
  check::equal(status, 0, "and is content");
  check::equal(send(a, "w", 1, 0), 1, "the child's exit closed nothing here");
  check::equal(recv(b, &byte, 1, 0), 1, "indeed");
  check::equal(system("true"), 0, "system");
  close(a);
  check::equal(recv(b, &byte, 1, 0), 0, "a close after all that is an end");
  close(b);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3) return is_a_socket(std::atoi(argv[2]));
  copies();
  onto_another();
  reused_number();
  ranges();
  limits();
  accept_at_limit();
  executed_child();
  another_environment();
  forked_child();
  return check::finish();
}
