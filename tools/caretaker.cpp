#include "tools/caretaker.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "tools/report.h"

namespace tapstack::tools {
namespace {

using tapif::Failure;
using tapif::os::Fd;

constexpr int kChannel = 3;
constexpr size_t kToldMax = 4096;

// One message: an errno, what is told or why it failed, and up to two descriptors.
struct Message {
  int error = 0;
  char text[kToldMax] = {};
};

union Rights {
  cmsghdr head;
  char bytes[CMSG_SPACE(2 * sizeof(int))];
};

bool send_descriptors(int channel, const int* fds, size_t count) {
  Message message;
  iovec part{&message, sizeof message};
  Rights rights{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = rights.bytes;
  header.msg_controllen = CMSG_SPACE(count * sizeof(int));
  cmsghdr* control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(count * sizeof(int));
  std::memcpy(CMSG_DATA(control), fds, count * sizeof(int));
  return ::sendmsg(channel, &header, MSG_NOSIGNAL) == sizeof message;
}

// False when the command has ended without sending any.
bool receive_descriptors(int channel, int (&fds)[2]) {
  Message message;
  iovec part{&message, sizeof message};
  Rights rights{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = rights.bytes;
  header.msg_controllen = sizeof rights.bytes;
  if (::recvmsg(channel, &header, MSG_CMSG_CLOEXEC) != sizeof message) return false;
  const cmsghdr* control = CMSG_FIRSTHDR(&header);
  if (control == nullptr || control->cmsg_type != SCM_RIGHTS) return false;
  const size_t bytes = std::min(control->cmsg_len - CMSG_LEN(0), sizeof fds);
  std::memcpy(fds, CMSG_DATA(control), bytes);
  return true;
}

// Lets go of all that the command has: its terminal, pipes, folder.
void detach(int channel) {
  ::prctl(PR_SET_NAME, "tapstack-care");
  if (const int null = ::open("/dev/null", O_RDWR); null >= 0) {
    for (int fd = 0; fd <= STDERR_FILENO; ++fd) ::dup2(null, fd);
    if (null > STDERR_FILENO) ::close(null);
  }
  if (channel != kChannel) ::dup3(channel, kChannel, O_CLOEXEC);
  ::close_range(kChannel + 1, ~0u, 0);
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE}) ::signal(number, SIG_IGN);
  ::signal(SIGCHLD, SIG_DFL);
  if (::chdir("/") != 0) ::_exit(1);
}

[[noreturn]] void take_care(const Duties& duties, int channel) {
  detach(channel);
  Message message;
  std::string told;
  const Failure failure = duties.begin(told);
  message.error = failure.error;
  std::strncpy(message.text, failure ? failure.message.c_str() : told.c_str(), kToldMax - 1);
  ::send(kChannel, &message, sizeof message, MSG_NOSIGNAL);
  if (failure) ::_exit(1);
  int fds[2] = {-1, -1};
  const bool is_entrusted = receive_descriptors(kChannel, fds);
  ::close(kChannel);
  // A pipe without a writer is readable: over already, and what was begun is undone.
  int over[2] = {-1, -1};
  if (!is_entrusted && ::pipe2(over, O_CLOEXEC) == 0) ::close(over[1]);
  duties.serve(is_entrusted ? fds[0] : over[0], fds[1]);
  ::_exit(0);
}

}  // namespace

Failure Caretaker::start(const Duties& duties, std::string& told) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    return failed("make a socket");
  }
  channel_.reset(pair[0]);
  Fd its(pair[1]);
  // Twice, so that it is nobody's child whom the program could wait for.
  const pid_t child = ::fork();
  if (child < 0) return failed("start a process");
  if (child == 0) {
    ::setsid();
    const pid_t caretaker = ::fork();
    if (caretaker == 0) take_care(duties, its.get());
    ::_exit(caretaker < 0 ? 1 : 0);
  }
  ::waitpid(child, nullptr, 0);
  its.reset(-1);
  Message message;
  if (::recv(channel_.get(), &message, sizeof message, 0) != sizeof message) {
    return {ECHILD, "the process that looks after the network has died"};
  }
  if (message.error != 0) return {message.error, message.text};
  told = message.text;
  return {};
}

// The mount ends with the last process in its mount namespace; inotify(7) tells, and holds nothing.
Failure Caretaker::entrust(const std::string& mark, const Fd& listener) {
  const Fd end(::inotify_init1(IN_CLOEXEC));
  if (!end || ::inotify_add_watch(end.get(), mark.c_str(), IN_DELETE_SELF) < 0) {
    return failed("watch " + mark);
  }
  const int fds[] = {end.get(), listener.get()};
  if (!send_descriptors(channel_.get(), fds, listener ? 2 : 1)) return failed("send descriptors");
  channel_.reset(-1);
  return {};
}

}  // namespace tapstack::tools
