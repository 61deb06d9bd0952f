// Programs that forbid themselves all system calls but a few (seccomp(2)) and go on with their
// connections, as sshd does.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cstddef>
#include <thread>

#include "check.h"

namespace {

constexpr sock_filter kAllow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
#define ALLOWED(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), kAllow

enum class How { kByPrctl, kByNumber, kAllThreads };

bool confine_to_few_calls(How how) {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      ALLOWED(read),
      ALLOWED(write),
      ALLOWED(poll),
      ALLOWED(close),
      ALLOWED(getpid),
      ALLOWED(exit_group),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  sock_fprog program{sizeof filter / sizeof filter[0], filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  if (how == How::kByPrctl) return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  const unsigned long flags = how == How::kAllThreads ? SECCOMP_FILTER_FLAG_TSYNC : 0;
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) == 0;
}

// Echoes what comes on `fd` until its end; the exit status.
int echo_confined(int fd, How how) {
  if (!confine_to_few_calls(how)) return 2;
  for (;;) {
    pollfd waited{fd, POLLIN, 0};
    if (poll(&waited, 1, 5000) != 1) return 3;
    char bytes[64];
    const ssize_t got = read(fd, bytes, sizeof bytes);
    if (got == 0) return close(fd) == 0 ? 0 : 4;
    if (got < 0 || write(fd, bytes, static_cast<size_t>(got)) != got) return 5;
  }
}

int status_of(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

void a_child_that_confines_itself(How how) {
  const auto [a, b] = check::tcp_pair();
  const pid_t child = fork();
  if (child == 0) {
    close(a);
    _exit(echo_confined(b, how));
  }
  close(b);
  char byte = 0;
  check::equal(send(a, "x", 1, 0), 1, "to a confined child");
  check::equal(recv(a, &byte, 1, 0), 1, "which answers");
  shutdown(a, SHUT_WR);
  check::equal(recv(a, &byte, 1, 0), 0, "and hangs up");
  check::equal(status_of(child), 0, "and ends as it wanted");
  close(a);
}

// With the engine inside it lies in the very process that forbids itself what an engine does.
void the_process_itself() {
  const pid_t child = fork();
  if (child == 0) {
    const auto [a, b] = check::tcp_pair();
    if (!confine_to_few_calls(How::kByPrctl)) _exit(2);
    char byte = 0;
    const bool fine = write(a, "x", 1) == 1 && read(b, &byte, 1) == 1 && write(b, "y", 1) == 1 &&
                      read(a, &byte, 1) == 1 && close(a) == 0 && read(b, &byte, 1) == 0;
    _exit(fine ? 0 : 1);
  }
  check::equal(status_of(child), 0, "a process that confines itself with both ends");
}

// One thread confines another, which is to go on with its connection.
void all_threads_of_a_process() {
  const pid_t child = fork();
  if (child == 0) {
    const auto [a, b] = check::tcp_pair();
    std::thread([b = b] {
      char byte = 0;
      if (check::poll_one(b, POLLIN, 5000) != POLLIN || read(b, &byte, 1) != 1) _exit(3);
      if (check::poll_one(b, POLLIN, 5000) != POLLIN || read(b, &byte, 1) != 1) _exit(4);
      if (write(b, &byte, 1) != 1 || close(b) != 0) _exit(5);
      for (;;) check::poll_one(-1, 0, 1000);  // an end of its own wants calls that are forbidden
    }).detach();
    char byte = 0;
    if (write(a, "x", 1) != 1) _exit(2);
    usleep(50'000);
    if (!confine_to_few_calls(How::kAllThreads)) _exit(6);
    if (write(a, "y", 1) != 1 || read(a, &byte, 1) != 1) _exit(7);
    _exit(byte == 'y' && read(a, &byte, 1) == 0 ? 0 : 8);
  }
  check::equal(status_of(child), 0, "all threads of a process at once");
}

}  // namespace

int main() {
  the_process_itself();
  all_threads_of_a_process();
  a_child_that_confines_itself(How::kByPrctl);
  a_child_that_confines_itself(How::kByNumber);
  return check::finish();
}
