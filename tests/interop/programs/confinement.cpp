// Programs that forbid themselves all system calls but a few (seccomp(2)) and go on with their
// connections, as sshd does.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cstddef>

#include "check.h"

namespace {

constexpr sock_filter kAllow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
#define ALLOWED(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), kAllow

bool confine_to_few_calls(bool by_number) {
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
  return by_number ? syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0
                   : prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// Echoes what comes on `fd` until its end; the exit status.
int echo_confined(int fd, bool by_number) {
  if (!confine_to_few_calls(by_number)) return 2;
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

void a_child_that_confines_itself(bool by_number) {
  const auto [a, b] = check::tcp_pair();
  const pid_t child = fork();
  if (child == 0) {
    close(a);
    _exit(echo_confined(b, by_number));
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
    if (!confine_to_few_calls(false)) _exit(2);
    char byte = 0;
    const bool fine = write(a, "x", 1) == 1 && read(b, &byte, 1) == 1 && write(b, "y", 1) == 1 &&
                      read(a, &byte, 1) == 1 && close(a) == 0 && read(b, &byte, 1) == 0;
    _exit(fine ? 0 : 1);
  }
  check::equal(status_of(child), 0, "a process that confines itself with both ends");
}

}  // namespace

int main() {
  the_process_itself();
  a_child_that_confines_itself(false);
  a_child_that_confines_itself(true);
  return check::finish();
}
