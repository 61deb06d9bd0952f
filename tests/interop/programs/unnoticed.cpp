// What a program must not notice of sockets: no child, no signal, no descriptor where it keeps its
// own, no thread that is in its way, and nothing of its files, limits and rights changed.
//
//   unnoticed                    all that needs no privilege
//   unnoticed as-root            what changes the user and the root directory
//   unnoticed other-namespaces   what the kernel grants to one thread only
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "check.h"

namespace {

volatile sig_atomic_t children_ended = 0;

void on_child(int) { children_ended = children_ended + 1; }

void expect_sockets_work(const char* what) {
  const auto [a, b] = check::tcp_pair();
  char byte = 0;
  check::that(send(a, "x", 1, 0) == 1 && recv(b, &byte, 1, 0) == 1 && byte == 'x', what);
  close(a);
  close(b);
}

// In a child of its own, so that what it changes ends with it; its failures count here.
template <class Body>
void apart(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    check::failures = 0;
    body();
    std::fflush(stdout);
    _exit(check::failures);
  }
  int status = -1;
  waitpid(child, &status, 0);
  check::equal(status, 0, "without failures");
}

void no_child() {
  struct sigaction action {};
  action.sa_handler = on_child;
  action.sa_flags = SA_RESTART;
  sigaction(SIGCHLD, &action, nullptr);
  const pid_t group = getpgrp(), session = getsid(0);
  expect_sockets_work("the first sockets");
  check::fails([] { return waitpid(-1, nullptr, WNOHANG); }, ECHILD, "nobody to wait for");
  check::fails([] { return waitpid(-1, nullptr, WNOHANG | __WALL); }, ECHILD, "of any kind");
  const pid_t child = fork();
  if (child == 0) _exit(0);
  check::equal(waitpid(-1, nullptr, 0), child, "the only child is the program's own");
  check::fails([] { return waitpid(-1, nullptr, WNOHANG | __WALL); }, ECHILD, "and then none");
  check::equal(children_ended, 1, "one SIGCHLD");
  check::that(getpgrp() == group && getsid(0) == session, "group and session as they were");
  signal(SIGCHLD, SIG_DFL);
}

// A child is ignored, so that wait() waits for all and then fails.
void ignored_children() {
  signal(SIGCHLD, SIG_IGN);
  expect_sockets_work("sockets while SIGCHLD is ignored");
  if (fork() == 0) _exit(0);
  check::fails([] { return wait(nullptr); }, ECHILD, "wait() returns when the last child is gone");
  expect_sockets_work("sockets afterwards");
  signal(SIGCHLD, SIG_DFL);
}

void directory_and_masks() {
  char before[4096], after[4096];
  check::that(getcwd(before, sizeof before) != nullptr, "a directory");
  const mode_t mask = umask(027);
  sigset_t blocked, seen;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  rlimit core{0, 0};
  setrlimit(RLIMIT_CORE, &core);
  prctl(PR_SET_NAME, "a-name");
  expect_sockets_work("sockets");
  check::that(getcwd(after, sizeof after) != nullptr && std::strcmp(before, after) == 0,
              "the directory is the same");
  check::equal(umask(mask), 027, "and the mask of new files");
  sigprocmask(SIG_UNBLOCK, &blocked, &seen);
  check::that(sigismember(&seen, SIGUSR1) == 1 && sigismember(&seen, SIGUSR2) == 0,
              "and that of signals");
  check::that(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0, "and the limit of cores");
  char name[17] = {};
  prctl(PR_GET_NAME, name);
  check::that(std::strcmp(name, "a-name") == 0, "and the name");
}

// Every signal to the process arrives in a thread of the program: here it has one, which blocks it.
void signals_stay_with_the_program() {
  sigset_t all, pending;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  expect_sockets_work("sockets while all signals are blocked");
  kill(getpid(), SIGTERM);
  kill(getpid(), SIGPROF);
  usleep(20'000);
  sigpending(&pending);
  check::that(sigismember(&pending, SIGTERM) == 1 && sigismember(&pending, SIGPROF) == 1,
              "nobody else takes the signals of the process");
  signal(SIGTERM, SIG_IGN);
  signal(SIGPROF, SIG_IGN);
  sigprocmask(SIG_UNBLOCK, &all, nullptr);
}

int lowest_free() {
  const int fd = open("/dev/null", O_RDONLY);
  close(fd);
  return fd;
}

void standard_descriptors_closed() {
  int saved[3];
  for (int fd = 0; fd < 3; ++fd) saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 50);
  for (int fd = 0; fd < 3; ++fd) close(fd);
  const int first = socket(check::family, SOCK_STREAM, 0);
  const int second = socket(check::family, SOCK_DGRAM, 0);
  const int file = open("/dev/null", O_RDONLY);
  for (int fd = 0; fd < 3; ++fd) dup2(saved[fd], fd);
  for (int fd = 0; fd < 3; ++fd) close(saved[fd]);
  check::that(first == 0 && second == 1 && file == 2, "0, 1 and 2 are the program's");
  expect_sockets_work("sockets while they were free");
}

void numbers_are_the_programs() {
  const int lowest = lowest_free();
  const int fd = socket(check::family, SOCK_STREAM, 0);
  check::equal(fd, lowest, "a socket takes the lowest number");
  check::equal(lowest_free(), lowest + 1, "and one only");
  for (int number = 3; number < 1024; ++number) {
    if (number != fd) close(number);
  }
  check::equal(lowest_free(), fd == 3 ? 4 : 3, "a loop of close() frees all others");
  expect_sockets_work("sockets after a loop of close()");
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  int taken = 0;
  for (int number = 200; number < 300; ++number) taken += dup2(fd, number) == number;
  check::equal(taken, 100, "dup2 onto any number");
  check::fails([&] { return dup2(fd, static_cast<int>(limit.rlim_cur)); }, EBADF,
               "but none above the limit");
  closefrom(3);
  expect_sockets_work("sockets after closefrom()");
  check::equal(close_range(3, ~0u, 0), 0, "close_range of all");
  expect_sockets_work("sockets after close_range()");
}

void few_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = 8;
  setrlimit(RLIMIT_NOFILE, &limit);
  expect_sockets_work("sockets with eight descriptors");
  rlimit seen{};
  getrlimit(RLIMIT_NOFILE, &seen);
  check::that(seen.rlim_cur == 8 && seen.rlim_max == limit.rlim_max, "which is what is left");
  const int status = system("test $(ulimit -n) = 8");
  check::equal(status, 0, "and what a child inherits");
}

void hard_limit_low() {
  const rlimit limit{16, 16};
  setrlimit(RLIMIT_NOFILE, &limit);
  expect_sockets_work("sockets with a hard limit of sixteen");
}

// --- With privilege

void other_user() {
  const auto [a, b] = check::tcp_pair();
  check::that(setgroups(0, nullptr) == 0 && setgid(65534) == 0 && setuid(65534) == 0,
              "another user from now on");
  char byte = 0;
  check::equal(send(a, "x", 1, 0), 1, "an old connection sends");
  check::equal(recv(b, &byte, 1, 0), 1, "and receives");
  expect_sockets_work("new sockets of the other user");
  const pid_t child = fork();
  if (child == 0) {
    const int fd = socket(check::family, SOCK_STREAM, 0);
    _exit(fd >= 0 ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  check::equal(status, 0, "and of its child");
  close(a);
  close(b);
}

// What inetd does: a program that has no rights any more serves the connection that it was given.
int serve_inherited(int fd) {
  check::Address in;
  socklen_t length = sizeof in;
  check::equal(getpeername(fd, check::any(in), &length), 0, "it knows its peer");
  check::that(check::port_of(fd) != 0, "and its own address");
  const int on = 1;
  check::equal(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on), 0, "sets options");
  char byte = 0;
  check::equal(recv(fd, &byte, 1, 0), 1, "receives");
  check::equal(send(fd, &byte, 1, 0), 1, "and sends");
  check::equal(shutdown(fd, SHUT_WR), 0, "shuts down");
  expect_sockets_work("and opens sockets of its own");
  return check::failures;
}

void executed_as_other_user() {
  const auto [a, b] = check::tcp_pair();
  const pid_t child = fork();
  if (child == 0) {
    close(a);
    if (setgroups(0, nullptr) != 0 || setgid(65534) != 0 || setuid(65534) != 0) _exit(126);
    execl("/proc/self/exe", "unnoticed", "serve-inherited", std::to_string(b).c_str(), nullptr);
    _exit(127);
  }
  close(b);
  char byte = 0;
  check::equal(send(a, "x", 1, 0), 1, "something for a program of another user");
  check::equal(recv(a, &byte, 1, 0), 1, "which it returns");
  check::equal(recv(a, &byte, 1, 0), 0, "and ends");
  int status = -1;
  waitpid(child, &status, 0);
  check::equal(status, 0, "without failures");
  close(a);
}

void root_directory() {
  const auto [a, b] = check::tcp_pair();
  char path[] = "/tmp/unnoticed.XXXXXX";
  check::that(mkdtemp(path) != nullptr && chdir(path) == 0 && rmdir(path) == 0 && chroot(".") == 0,
              "another root directory");
  char byte = 0;
  check::that(send(a, "x", 1, 0) == 1 && recv(b, &byte, 1, 0) == 1, "an old connection works");
  expect_sockets_work("new sockets there");
  const pid_t child = fork();
  if (child == 0) _exit(socket(check::family, SOCK_STREAM, 0) >= 0 ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  check::equal(status, 0, "and in a child");
  close(a);
  close(b);
}

// unshare(2): a process of several threads may not.
void other_namespaces() {
  const auto [a, b] = check::tcp_pair();
  check::equal(unshare(CLONE_NEWUSER), 0, "another user namespace");
  check::equal(unshare(CLONE_NEWNS), 0, "another mount namespace");
  const int own = open("/proc/self/ns/mnt", O_RDONLY);
  check::equal(setns(own, CLONE_NEWNS), 0, "entered again");
  char byte = 0;
  check::that(send(a, "x", 1, 0) == 1 && recv(b, &byte, 1, 0) == 1, "an old connection works");
  expect_sockets_work("new sockets there");
  for (const int fd : {a, b, own}) close(fd);
}

}  // namespace

int main(int count, char** words) {
  if (count > 1 && std::strcmp(words[1], "other-namespaces") == 0) {
    other_namespaces();
    return check::finish();
  }
  if (count > 2) return serve_inherited(std::atoi(words[2]));
  if (count > 1) {
    expect_sockets_work("the first sockets");
    apart(other_user);
    apart(root_directory);
    executed_as_other_user();
    return check::finish();
  }
  no_child();
  ignored_children();
  directory_and_masks();
  apart(signals_stay_with_the_program);
  standard_descriptors_closed();
  numbers_are_the_programs();
  apart(few_descriptors);
  apart(hard_limit_low);
  return check::finish();
}
