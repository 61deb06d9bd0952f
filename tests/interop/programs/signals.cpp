// A timer's handler that uses sockets, closes them and leaves by longjmp from wherever the program
// was, again and again. In the end everything still works and no descriptor was lost.
//
//   signals [interruptions]   default 100,000
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>

#include <cstdlib>

#include "check.h"

namespace {

sigjmp_buf back;
volatile sig_atomic_t may_jump = 0;
volatile sig_atomic_t interruptions = 0;
volatile int in_use[2] = {-1, -1};

void on_alarm(int) {
  interruptions = interruptions + 1;
  const int error = errno;
  const int other = in_use[1];
  if (other >= 0 && interruptions % 2 == 0) {
    const ssize_t sent = write(other, "s", 1);
    static_cast<void>(sent);
  }
  if (other >= 0 && interruptions % 3 == 0) {
    in_use[1] = -1;
    close(other);
  }
  errno = error;
  if (may_jump != 0) siglongjmp(back, 1);
}

int count_descriptors() {
  int count = 0;
  DIR* listing = opendir("/proc/self/fd");
  while (readdir(listing) != nullptr) ++count;
  closedir(listing);
  return count;
}

void hold(bool held) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  sigprocmask(held ? SIG_BLOCK : SIG_UNBLOCK, &set, nullptr);
}

void close_in_use() {
  for (volatile int& one : in_use) {
    if (one >= 0) close(one);
    one = -1;
  }
}

// One round: something is made with the timer held back, then used while it strikes.
void round_of(int server, int number) {
  hold(true);
  close_in_use();
  const int client = socket(check::family, SOCK_STREAM, 0);
  if (check::connect_to(client, check::port_of(server)) == 0) {
    in_use[0] = client;
    in_use[1] = accept(server, nullptr, nullptr);
  } else {
    close(client);
  }
  if (sigsetjmp(back, 1) != 0) return;  // the mask is as it was: held
  may_jump = 1;
  hold(false);
  char buffer[256];
  check::Address in;
  for (int i = 0; i < 1000; ++i) {
    socklen_t length = sizeof in;
    int value = 0;
    socklen_t value_bytes = sizeof value;
    switch ((number + i) % 6) {
      case 0:
        recv(in_use[0], buffer, sizeof buffer, MSG_DONTWAIT);
        break;
      case 1:
        send(in_use[0], buffer, 16, MSG_DONTWAIT | MSG_NOSIGNAL);
        break;
      case 2:
        getsockname(in_use[0], check::any(in), &length);
        break;
      case 3:
        getsockopt(in_use[0], SOL_SOCKET, SO_RCVBUF, &value, &value_bytes);
        break;
      case 4:
        check::poll_one(in_use[0], POLLIN | POLLOUT, 0);
        break;
      default:
        recv(in_use[1], buffer, sizeof buffer, MSG_DONTWAIT);
        break;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int wanted = argc > 1 ? std::atoi(argv[1]) : 100000;
  signal(SIGPIPE, SIG_IGN);
  const int server = check::listener(64);
  const auto [a, b] = check::tcp_pair();
  const int before = count_descriptors();
  struct sigaction action {};
  action.sa_handler = on_alarm;
  sigaction(SIGALRM, &action, nullptr);
  itimerval often{};
  often.it_interval.tv_usec = 50;
  often.it_value.tv_usec = 50;
  hold(true);
  setitimer(ITIMER_REAL, &often, nullptr);
  for (int number = 0; interruptions < wanted; ++number) {
    round_of(server, number);
    hold(true);
    may_jump = 0;
  }
  setitimer(ITIMER_REAL, nullptr, nullptr);
  close_in_use();
  check::that(interruptions >= wanted, "interrupted as often as wanted");
  check::equal(count_descriptors(), before, "no descriptor was lost");
  char byte = 0;
  check::equal(send(a, "x", 1, 0), 1, "an old connection sends");
  check::equal(recv(b, &byte, 1, 0), 1, "and receives");
  fcntl(server, F_SETFL, O_NONBLOCK);
  for (int stale; (stale = accept(server, nullptr, nullptr)) >= 0;) close(stale);
  fcntl(server, F_SETFL, 0);
  const int client = socket(check::family, SOCK_STREAM, 0);
  check::equal(check::connect_to(client, check::port_of(server)), 0, "a new one is made");
  const int accepted = accept(server, nullptr, nullptr);
  check::equal(send(client, "y", 1, 0), 1, "sends");
  check::equal(recv(accepted, &byte, 1, 0), 1, "and receives");
  for (int fd : {a, b, client, accepted, server}) close(fd);
  return check::finish();
}
