// Sockets in every kind of process: forked, vforked, spawned, daemon, orphan, executed, handed
// over. Connections, listeners and unsent data live on wherever a descriptor lives on.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "passing.h"

namespace {

constexpr char kSelf[] = "/proc/self/exe";
std::string own_path;

std::string receive_all(int fd) {
  std::string all;
  char block[16'384];
  for (ssize_t got; (got = recv(fd, block, sizeof block, 0)) > 0;) {
    all.append(block, static_cast<size_t>(got));
  }
  return all;
}

bool is_text(int fd, const std::string& wanted) {
  std::string got(wanted.size(), ' ');
  return recv(fd, got.data(), got.size(), MSG_WAITALL) == static_cast<ssize_t>(wanted.size()) &&
         got == wanted;
}

std::string pattern(size_t bytes) {
  std::string text(bytes, ' ');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
  return text;
}

bool send_all(int fd, const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t sent = send(fd, text.data() + done, text.size() - done, MSG_NOSIGNAL);
    if (sent < 0) return false;
    done += static_cast<size_t>(sent);
  }
  return true;
}

int exit_status(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A connection whose first end may be inherited, and the second may not.
struct Pair {
  Pair() {
    std::tie(inherited, kept) = check::tcp_pair();
    fcntl(kept, F_SETFD, FD_CLOEXEC);
  }
  ~Pair() {
    close(inherited);
    close(kept);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  std::string number() const { return std::to_string(inherited); }

  int inherited = -1, kept = -1;
};

// --- What executed children do with a socket that they inherited

// Says which port it has, returns four octets, ends its side.
int answer(int fd) {
  char block[4];
  const std::string name = std::to_string(check::port_of(fd)) + "\n";
  if (!send_all(fd, name) || recv(fd, block, 4, MSG_WAITALL) != 4) return 1;
  return send(fd, block, 4, 0) == 4 && shutdown(fd, SHUT_WR) == 0 ? 0 : 2;
}

int accept_one(int server) {
  const int fd = accept(server, nullptr, nullptr);
  return fd >= 0 && send_all(fd, "accepted") ? 0 : 1;
}

int run_role(const std::string& role, int fd) {
  if (role == "answer") return answer(fd);
  if (role == "accept") return accept_one(fd);
  if (role == "take") return answer(passing::receive_descriptor(fd));
  if (role == "take-plainly") {  // read and write, which need nobody's help
    const int taken = passing::receive_descriptor(fd);
    char block[4];
    return read(taken, block, 4) == 4 && write(taken, block, 4) == 4 ? 0 : 1;
  }
  return 3;
}

// What `answer` says and does, seen from the other end; then nobody has the socket any more.
void expect_answer(Pair& pair, const char* what) {
  const unsigned port = check::port_of(pair.inherited);
  close(pair.inherited);
  pair.inherited = -1;
  check::that(is_text(pair.kept, std::to_string(port) + "\n"), what);
  check::equal(send(pair.kept, "ping", 4, 0), 4, "and is told something");
  check::that(is_text(pair.kept, "ping"), "which it returns");
  check::equal(static_cast<long>(receive_all(pair.kept).size()), 0, "and ends");
}

// --- Kinds of processes

// Two threads compare what goes between them while another process is made: the stack of a program
// that has it inside moves in the middle.
void fork_in_the_middle() {
  const auto [a, b] = check::tcp_pair();
  const std::string text = pattern(24u << 20);
  std::string got;
  std::thread sender([&, fd = a] {
    send_all(fd, text);
    shutdown(fd, SHUT_WR);
  });
  std::thread receiver([&, fd = b] { got = receive_all(fd); });
  usleep(3000);
  const pid_t child = fork();
  if (child == 0) _exit(0);
  check::equal(exit_status(child), 0, "a child in the middle of a transfer");
  sender.join();
  receiver.join();
  check::that(got == text, "24 MB arrive as they were");
  close(a);
  close(b);
}

void forked() {
  Pair pair;
  const pid_t child = fork();
  if (child == 0) _exit(answer(pair.inherited));
  expect_answer(pair, "a forked child answers");
  check::equal(exit_status(child), 0, "without error");
}

// As vsftpd and sandboxes make processes: past fork() and all that is registered with
// pthread_atfork.
void cloned_by_number() {
  Pair pair;
  const long child = syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) _exit(answer(pair.inherited));
  expect_answer(pair, "a child of clone(2) by number answers");
  check::equal(exit_status(static_cast<pid_t>(child)), 0, "without error");
}

void cloned() {
  Pair pair;
  std::vector<char> stack(1u << 20);
  const auto answer_in_child = [](void* fd) { return answer(*static_cast<int*>(fd)); };
  const pid_t child = clone(answer_in_child, stack.data() + stack.size(), SIGCHLD, &pair.inherited);
  expect_answer(pair, "a child of clone() answers");
  check::equal(exit_status(child), 0, "without error");
}

void executed() {
  Pair pair;
  const std::string number = pair.number();
  const pid_t child = fork();
  if (child == 0) {
    execl(kSelf, "processes", "answer", number.c_str(), nullptr);
    _exit(127);
  }
  expect_answer(pair, "an executed child answers");
  check::equal(exit_status(child), 0, "without error");
}

void vforked() {
  Pair pair;
  const std::string number = pair.number();
  const pid_t child = vfork();
  if (child == 0) {
    execl(kSelf, "processes", "answer", number.c_str(), nullptr);
    _exit(127);
  }
  expect_answer(pair, "a child of vfork answers");
  check::equal(exit_status(child), 0, "without error");
}

void spawned() {
  Pair pair;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pair.inherited, 20);
  char name[] = "processes", role[] = "answer", number[] = "20";
  char* words[] = {name, role, number, nullptr};
  pid_t child = -1;
  check::equal(posix_spawn(&child, kSelf, &actions, nullptr, words, environ), 0, "posix_spawn");
  posix_spawn_file_actions_destroy(&actions);
  expect_answer(pair, "a spawned child answers");
  check::equal(exit_status(child), 0, "without error");
}

void by_shell() {
  Pair pair;
  const std::string command = own_path + " answer " + pair.number();
  std::thread shell([&] { check::equal(system(command.c_str()), 0, "system"); });
  check::that(is_text(pair.kept, std::to_string(check::port_of(pair.inherited)) + "\n"),
              "a child of system() answers");
  send(pair.kept, "ping", 4, 0);
  check::that(is_text(pair.kept, "ping"), "twice");
  shell.join();
}

void by_popen() {
  Pair pair;
  FILE* const output = popen(("cat <&" + pair.number()).c_str(), "r");
  close(pair.inherited);
  pair.inherited = -1;
  send_all(pair.kept, "through a pipe");
  shutdown(pair.kept, SHUT_WR);
  char line[64] = {};
  check::that(fgets(line, sizeof line, output) != nullptr && line == std::string("through a pipe"),
              "cat reads a socket under popen()");
  check::equal(pclose(output), 0, "and ends");
}

// The parent and its child have ended before the grandchild uses what it inherited.
void orphaned() {
  Pair pair;
  int released[2];
  check::equal(pipe(released), 0, "a pipe");
  const pid_t child = fork();
  if (child == 0) {
    if (fork() != 0) _exit(0);
    char byte;
    const bool is_told = read(released[0], &byte, 1) == 1;
    _exit(is_told ? answer(pair.inherited) : 1);
  }
  check::equal(exit_status(child), 0, "the one between ends first");
  check::equal(write(released[1], "x", 1), 1, "then the orphan is told");
  expect_answer(pair, "an orphan answers");
  close(released[0]);
  close(released[1]);
}

void in_daemon() {
  const int server = check::listener();
  const unsigned port = check::port_of(server);
  const pid_t child = fork();
  if (child == 0) {
    if (daemon(0, 0) != 0) _exit(1);
    _exit(accept_one(server));
  }
  close(server);
  exit_status(child);
  const int client = socket(check::family, SOCK_STREAM, 0);
  check::equal(check::connect_to(client, port), 0, "the listener of a daemon is there");
  check::that(receive_all(client) == "accepted", "and serves");
  close(client);
}

void inherited_listener() {
  const int server = check::listener();
  const std::string number = std::to_string(server);
  const int client = socket(check::family, SOCK_STREAM, 0);
  check::equal(check::connect_to(client, check::port_of(server)), 0, "a connection waits");
  const pid_t child = fork();
  if (child == 0) {
    execl(kSelf, "processes", "accept", number.c_str(), nullptr);
    _exit(127);
  }
  close(server);
  check::that(receive_all(client) == "accepted", "an executed child accepts it");
  check::equal(exit_status(child), 0, "without error");
  close(client);
}

void unsent_data() {
  Pair pair;
  const std::string text = pattern(1u << 20);
  const pid_t child = fork();
  if (child == 0) {
    close(pair.kept);
    _exit(send_all(pair.inherited, text) ? 0 : 1);
  }
  close(pair.inherited);
  pair.inherited = -1;
  usleep(100'000);  // it has filled what can be filled
  check::that(receive_all(pair.kept) == text, "what a child sent right before its end arrives");
  check::equal(exit_status(child), 0, "all of it");
}

void close_on_exec() {
  Pair pair;
  fcntl(pair.inherited, F_SETFD, FD_CLOEXEC);
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sleep", "sleep", "5", nullptr);
    _exit(127);
  }
  usleep(50'000);
  close(pair.inherited);
  pair.inherited = -1;
  check::equal(check::poll_one(pair.kept, POLLIN, 2000), POLLIN,
               "exec closes what is close-on-exec");
  kill(child, SIGKILL);
  exit_status(child);
}

void closed_in_one() {
  Pair pair;
  const pid_t child = fork();
  if (child == 0) {
    close(pair.inherited);
    _exit(0);
  }
  exit_status(child);
  check::equal(check::poll_one(pair.kept, POLLIN, 50), 0, "a close in the child ends nothing");
  check::equal(send(pair.inherited, "x", 1, 0), 1, "for the parent");
  const pid_t other = fork();
  if (other == 0) _exit(shutdown(pair.inherited, SHUT_WR) == 0 ? 0 : 1);
  check::equal(exit_status(other), 0, "a shutdown in a child");
  check::fails([&] { return send(pair.inherited, "x", 1, MSG_NOSIGNAL); }, EPIPE, "does");
  check::that(receive_all(pair.kept) == "x", "for both ends");
}

// A program that was there before the socket gets it by message; with or without the library.
void handed_over(bool is_plain) {
  int channel[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, channel);
  fcntl(channel[0], F_SETFD, FD_CLOEXEC);
  const std::string number = std::to_string(channel[1]);
  const pid_t child = fork();
  if (child == 0) {
    if (is_plain) unsetenv("LD_PRELOAD");
    execl(kSelf, "processes", is_plain ? "take-plainly" : "take", number.c_str(), nullptr);
    _exit(127);
  }
  close(channel[1]);
  Pair pair;
  check::that(passing::send_descriptor(channel[0], pair.inherited), "a socket is sent");
  if (is_plain) {
    close(pair.inherited);
    pair.inherited = -1;
    send_all(pair.kept, "ping");
    check::that(receive_all(pair.kept) == "ping", "a process without the library serves it");
  } else {
    expect_answer(pair, "another program that got it answers");
  }
  check::equal(exit_status(child), 0, "without error");
  close(channel[0]);
}

struct Kind {
  const char* name;
  void (*run)();
};

constexpr Kind kKinds[] = {
    {"fork-in-the-middle", fork_in_the_middle},
    {"forked", forked},
    {"cloned-by-number", cloned_by_number},
    {"cloned", cloned},
    {"executed", executed},
    {"vforked", vforked},
    {"spawned", spawned},
    {"by-shell", by_shell},
    {"by-popen", by_popen},
    {"orphaned", orphaned},
    {"in-daemon", in_daemon},
    {"inherited-listener", inherited_listener},
    {"unsent-data", unsent_data},
    {"close-on-exec", close_on_exec},
    {"closed-in-one", closed_in_one},
    {"handed-over", [] { handed_over(false); }},
    {"handed-over-plainly", [] { handed_over(true); }},
};

}  // namespace

// "processes" runs all kinds, "processes KIND" one alone.
int main(int count, char** words) {
  if (count == 3) return run_role(words[1], std::atoi(words[2]));
  own_path = words[0];
  bool is_known = false;
  for (const Kind& kind : kKinds) {
    if (count == 2 && std::strcmp(words[1], kind.name) != 0) continue;
    is_known = true;
    kind.run();
  }
  return is_known ? check::finish() : 3;
}
