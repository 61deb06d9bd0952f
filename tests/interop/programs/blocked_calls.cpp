// What ends a call that waits: a signal, with and without SA_RESTART, a jump out of its handler,
// the end of the process by another thread. signal(7) says which calls begin again.
#include <setjmp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "check.h"

namespace {

sigjmp_buf back;
volatile sig_atomic_t handled = 0;
volatile sig_atomic_t jumps = 0;

void on_alarm(int) {
  handled = handled + 1;
  if (jumps != 0) siglongjmp(back, 1);
}

void handle_alarm(int flags) {
  struct sigaction action {};
  action.sa_handler = on_alarm;
  action.sa_flags = flags;
  sigaction(SIGALRM, &action, nullptr);
}

void alarm_in_ms(int ms) {
  itimerval soon{};
  soon.it_value.tv_usec = ms * 1000;
  setitimer(ITIMER_REAL, &soon, nullptr);
}

int64_t now_ms() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}

// A thread that does something in a moment, with the signal blocked, so that it strikes the caller.
template <class Action>
std::thread later(int ms, Action action) {
  sigset_t alarm_only, before;
  sigemptyset(&alarm_only);
  sigaddset(&alarm_only, SIGALRM);
  pthread_sigmask(SIG_BLOCK, &alarm_only, &before);
  std::thread thread([=] {
    usleep(static_cast<useconds_t>(ms * 1000));
    action();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

// A listener whose queue is full: who connects waits for long.
struct FullListener {
  FullListener() : fd(check::listener(0)), port(check::port_of(fd)) {
    for (int& one : filling) {
      one = socket(check::family, SOCK_STREAM | SOCK_NONBLOCK, 0);
      check::connect_to(one, port);
    }
    usleep(20'000);
  }
  ~FullListener() {
    for (const int one : filling) close(one);
    close(fd);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

  int fd;
  unsigned port;
  int filling[4];
};

ssize_t receive(int fd) {
  char byte;
  return recv(fd, &byte, 1, 0);
}

ssize_t send_until_full(int fd) {
  static const char block[1 << 20] = {};
  return send(fd, block, sizeof block, MSG_NOSIGNAL);
}

int poll_for_ever(int fd) { return check::poll_one(fd, POLLIN, -1) == 0 ? -1 : 1; }

int select_for_ever(int fd) {
  fd_set readers;
  FD_ZERO(&readers);
  FD_SET(fd, &readers);
  return select(fd + 1, &readers, nullptr, nullptr, nullptr);
}

int epoll_for_ever(int fd) {
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
  const int result = epoll_wait(poller, &event, 1, -1);
  const int error = errno;
  close(poller);
  errno = error;
  return result;
}

struct Sockets {
  Sockets() {
    std::tie(a, b) = check::tcp_pair();
    check::bind_to(datagrams, 0);
  }
  ~Sockets() {
    for (const int fd : {a, b, server, datagrams}) close(fd);
  }
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  int a = -1, b = -1;
  int server = check::listener();
  int datagrams = socket(check::family, SOCK_DGRAM, 0);
};

template <class Call>
void interrupted(Call call, const char* what) {
  alarm_in_ms(30);
  check::fails(call, EINTR, what);
}

void without_restart() {
  handle_alarm(0);
  const Sockets s;
  interrupted([&] { return accept(s.server, nullptr, nullptr); }, "accept ends");
  interrupted([&] { return receive(s.a); }, "recv ends");
  interrupted([&] { return receive(s.datagrams); }, "recv of a datagram ends");
  interrupted([&] { return poll_for_ever(s.a); }, "poll ends");
  interrupted([&] { return select_for_ever(s.a); }, "select ends");
  interrupted([&] { return epoll_for_ever(s.a); }, "epoll_wait ends");
  alarm_in_ms(100);
  ssize_t sent;
  long total = 0;
  while ((sent = send_until_full(s.a)) == 1 << 20) total += sent;
  check::that(sent > 0 || (sent < 0 && errno == EINTR && total > 0),
              "send ends with what it has sent");
  const FullListener full;
  const int client = socket(check::family, SOCK_STREAM, 0);
  interrupted([&] { return check::connect_to(client, full.port); }, "connect ends");
  alarm_in_ms(30);
  check::that(check::connect_to(client, full.port) == -1 && (errno == EINTR || errno == EALREADY),
              "the attempt goes on");
  close(client);
  alarm_in_ms(0);
}

void with_restart() {
  handle_alarm(SA_RESTART);
  const Sockets s;
  handled = 0;
  alarm_in_ms(20);
  std::thread sender = later(80, [fd = s.b] { send(fd, "x", 1, 0); });
  check::equal(receive(s.a), 1, "recv begins again");
  sender.join();
  alarm_in_ms(20);
  std::thread other = later(80, [fd = s.datagrams] {
    const int from = socket(check::family, SOCK_DGRAM, 0);
    check::connect_to(from, check::port_of(fd));
    send(from, "x", 1, 0);
    close(from);
  });
  check::equal(receive(s.datagrams), 1, "recv of a datagram begins again");
  other.join();
  alarm_in_ms(20);
  std::thread caller = later(80, [port = check::port_of(s.server)] {
    const int fd = socket(check::family, SOCK_STREAM, 0);
    check::connect_to(fd, port);
    close(fd);
  });
  const int accepted = accept(s.server, nullptr, nullptr);
  check::that(accepted >= 0, "accept begins again");
  caller.join();
  close(accepted);
  check::equal(handled, 3, "the handler ran each time");
  interrupted([&] { return poll_for_ever(s.a); }, "poll never does");
  interrupted([&] { return select_for_ever(s.a); }, "nor select");
  interrupted([&] { return epoll_for_ever(s.a); }, "nor epoll_wait");
  const timeval patience{5, 0};
  setsockopt(s.a, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  interrupted([&] { return receive(s.a); }, "nor recv with a time-out");
}

template <class Call>
void jump_out(Call call, const char* what) {
  if (sigsetjmp(back, 1) == 0) {
    jumps = 1;
    alarm_in_ms(20);
    call();
    check::that(false, what);
  } else {
    check::that(true, what);
  }
  jumps = 0;
  const auto [a, b] = check::tcp_pair();
  check::that(send(a, "x", 1, 0) == 1 && receive(b) == 1, "sockets work afterwards");
  close(a);
  close(b);
}

void jumps_out_of_handlers() {
  handle_alarm(SA_RESTART);
  const Sockets s;
  const FullListener full;
  jump_out([&] { accept(s.server, nullptr, nullptr); }, "out of accept");
  jump_out([&] { receive(s.a); }, "out of recv");
  jump_out([&] { receive(s.datagrams); }, "out of recv of a datagram");
  jump_out([&] { poll_for_ever(s.a); }, "out of poll");
  jump_out([&] { select_for_ever(s.a); }, "out of select");
  jump_out([&] { epoll_for_ever(s.a); }, "out of epoll_wait");
  jump_out(
      [&] {
        while (send_until_full(s.a) > 0) {
        }
      },
      "out of send");
  const int client = socket(check::family, SOCK_STREAM, 0);
  jump_out([&] { check::connect_to(client, full.port); }, "out of connect");
  close(client);
}

// One thread waits in every call while another ends the process. What wait() says of it, once it
// has ended within a second.
template <class End>
int status_of_ended(End end) {
  const int64_t begin = now_ms();
  const pid_t child = fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    const Sockets s;
    const FullListener full;
    std::thread([&] { receive(s.a); }).detach();
    std::thread([&] { receive(s.datagrams); }).detach();
    std::thread([&] { poll_for_ever(s.a); }).detach();
    std::thread([&] { accept(s.server, nullptr, nullptr); }).detach();
    std::thread([&] { send_until_full(s.b), send_until_full(s.b); }).detach();
    std::thread([&] {
      const int client = socket(check::family, SOCK_STREAM, 0);
      check::connect_to(client, full.port);
    }).detach();
    usleep(50'000);
    end();
  }
  int status = -1;
  waitpid(child, &status, 0);
  check::that(now_ms() - begin < 3000, "ends at once");
  return status;
}

void ends_of_the_process() {
  const auto [a, b] = check::tcp_pair();
  check::equal(status_of_ended([] { std::thread([] { std::exit(5); }).join(); }), 5 << 8,
               "exit() in a thread while others wait");
  check::equal(status_of_ended([] { _exit(6); }), 6 << 8, "_exit() while others wait");
  check::equal(status_of_ended([] { std::abort(); }), SIGABRT, "abort() while others wait");
  check::equal(status_of_ended([] { raise(SIGKILL); }), SIGKILL, "SIGKILL while others wait");
  check::that(send(a, "x", 1, 0) == 1 && receive(b) == 1, "the parent's connection is untouched");
  close(a);
  close(b);
}

}  // namespace

int main() {
  without_restart();
  with_restart();
  jumps_out_of_handlers();
  ends_of_the_process();
  return check::finish();
}
