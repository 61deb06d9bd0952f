// One process among several that transfer data while some of them are killed (test_death.py).
//
//   mortal talk ADDRESS PORT MS SEED     sends a stream for MS and compares what is echoed
//   mortal serve PORT                    echoes, a forked child a connection
//   mortal gather PORT                   echoes on all connections in one process
//   mortal leave ADDRESS PORT MS SEED    connects; a grandchild talks, the others wait and end
//   mortal become ADDRESS PORT MS SEED   connects, then executes itself to talk
//   mortal pass ADDRESS PORT MS SEED     connects, a child that was there before gets the socket
//
// Lines on stdout, so that it is known afterwards who talked with whom:
//   "listens PID", "talks PID LOCAL-ADDRESS:PORT", "echoes PID REMOTE-ADDRESS:PORT", and at the end
//   of a talk "whole PID BYTES", "lost PID BYTES ERRNO" or "wrong PID OFFSET".
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "check.h"
#include "passing.h"

namespace {

int64_t now_ms() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}

// One write each: what several processes say must not mix.
template <class... Values>
void say(const char* format, Values... values) {
  char line[128];
  const int length = std::snprintf(line, sizeof line, format, values...);
  if (write(STDOUT_FILENO, line, static_cast<size_t>(length)) != length) _exit(3);
}

template <class Ask>
void say_endpoint(const char* what, int fd, Ask ask) {
  check::Address at;
  socklen_t length = sizeof at;
  char host[INET6_ADDRSTRLEN] = "?";
  if (ask(fd, check::any(at), &length) == 0) {
    const void* bytes = check::is_ip6 ? static_cast<void*>(&at.ip6.sin6_addr) : &at.ip4.sin_addr;
    inet_ntop(check::family, bytes, host, sizeof host);
  }
  say("%s %d %s:%u\n", what, getpid(), host, check::port_in(at));
}

// Octet n of the stream that belongs to a seed.
uint8_t octet(uint64_t seed, uint64_t n) {
  uint64_t mixed = (seed + n / 8) * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9;
  return static_cast<uint8_t>((mixed ^ mixed >> 32) >> n % 8 * 8);
}

struct Talk {
  int fd;
  int64_t end_ms;
  uint64_t seed;
  uint64_t sent = 0, received = 0;
  bool is_shut = false;
};

// False at an error.
bool send_some(Talk& talk) {
  if (talk.is_shut) return true;
  if (now_ms() >= talk.end_ms) {
    talk.is_shut = true;
    return shutdown(talk.fd, SHUT_WR) == 0;
  }
  uint8_t block[16'384];
  const size_t length = 1 + octet(talk.seed, talk.sent) * sizeof block / 256;
  for (size_t i = 0; i < length; ++i) block[i] = octet(talk.seed, talk.sent + i);
  const ssize_t sent = send(talk.fd, block, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN;
  talk.sent += static_cast<uint64_t>(sent);
  return true;
}

enum class Got { kSome, kNothing, kEnd, kError, kWrong };

Got receive_some(Talk& talk) {
  uint8_t block[65'536];
  const ssize_t got = recv(talk.fd, block, sizeof block, MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN ? Got::kNothing : Got::kError;
  if (got == 0) return Got::kEnd;
  for (ssize_t i = 0; i < got; ++i) {
    if (block[i] != octet(talk.seed, talk.received)) return Got::kWrong;
    ++talk.received;
  }
  return Got::kSome;
}

int lost(const Talk& talk, const char* why) {
  say("lost %d %llu %s\n", getpid(), static_cast<unsigned long long>(talk.received), why);
  return 1;
}

int finish_talk(const Talk& talk, Got how) {
  const auto received = static_cast<unsigned long long>(talk.received);
  if (how == Got::kWrong) {
    say("wrong %d %llu\n", getpid(), received);
    return 2;
  }
  if (how == Got::kError) return lost(talk, strerrorname_np(errno));
  if (!talk.is_shut || talk.sent != talk.received) return lost(talk, "EOF");
  say("whole %d %llu\n", getpid(), received);
  return 0;
}

int talk_on(int fd, int64_t ms, uint64_t seed) {
  say_endpoint("talks", fd, getsockname);
  Talk talk{fd, now_ms() + ms, seed};
  constexpr uint64_t kAheadMax = 1 << 20;
  for (;;) {
    const bool may_send = !talk.is_shut && talk.sent - talk.received < kAheadMax;
    const auto room = static_cast<short>(may_send ? POLLOUT : 0);
    const short ready = static_cast<short>(check::poll_one(fd, POLLIN | room, 20));
    Got got = Got::kNothing;
    while (got != Got::kEnd && (got = receive_some(talk)) == Got::kSome) {
    }
    if (got != Got::kNothing) return finish_talk(talk, got);
    const bool is_late = now_ms() >= talk.end_ms;
    if (((ready & POLLOUT) != 0 || is_late) && !send_some(talk)) {
      return finish_talk(talk, Got::kError);
    }
    if ((ready & POLLIN) == 0) usleep(500);  // gentle: many of these share two processors
  }
}

// Nobody listens yet, or there is no stack yet.
bool is_early(int error) {
  return error == ECONNREFUSED || error == ENETUNREACH || error == EHOSTUNREACH;
}

// Connects, trying for two seconds. Ends the process if it cannot.
int connected(const char* host, unsigned port) {
  const int64_t end_ms = now_ms() + 2000;
  for (;;) {
    const int fd = socket(check::family, SOCK_STREAM, 0);
    if (fd >= 0 && check::connect_to(fd, check::address(port, host)) == 0) return fd;
    if (fd < 0 || !is_early(errno) || now_ms() >= end_ms) {
      _exit(lost({}, strerrorname_np(errno)));
    }
    close(fd);
    usleep(5000);
  }
}

int listening(unsigned port) {
  const int server = socket(check::family, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (check::is_ip6) setsockopt(server, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (server < 0 || check::bind_to(server, port, check::Host::kAny) != 0 ||
      listen(server, 64) != 0) {
    _exit(lost({}, strerrorname_np(errno)));
  }
  say("listens %d\n", getpid());
  return server;
}

int accepted(int server) {
  const int fd = accept(server, nullptr, nullptr);
  if (fd < 0) _exit(1);
  return fd;
}

// False at the end.
bool echo_once(int fd) {
  char block[32'768];
  const ssize_t got = recv(fd, block, sizeof block, 0);
  for (ssize_t done = 0; done < got;) {
    const ssize_t sent = send(fd, block + done, static_cast<size_t>(got - done), MSG_NOSIGNAL);
    if (sent < 0) return false;
    done += sent;
  }
  return got > 0;
}

[[noreturn]] void serve(unsigned port) {
  const int server = listening(port);
  signal(SIGCHLD, SIG_IGN);
  for (;;) {
    const int fd = accepted(server);
    if (fork() == 0) {
      close(server);
      say_endpoint("echoes", fd, getpeername);
      while (echo_once(fd)) {
      }
      _exit(0);
    }
    close(fd);
  }
}

[[noreturn]] void gather(unsigned port) {
  std::vector<pollfd> watched{{listening(port), POLLIN, 0}};
  for (;;) {
    poll(watched.data(), watched.size(), -1);
    for (size_t i = watched.size(); i-- > 1;) {
      if (watched[i].revents == 0 || echo_once(watched[i].fd)) continue;
      close(watched[i].fd);
      watched.erase(watched.begin() + static_cast<ptrdiff_t>(i));
    }
    if (watched[0].revents == 0) continue;
    watched.push_back({accepted(watched[0].fd), POLLIN, 0});
    say_endpoint("echoes", watched.back().fd, getpeername);
  }
}

// The connection is left to a grandchild.
int leave(int fd, int64_t ms, uint64_t seed) {
  if (fork() == 0) {
    if (fork() == 0) return talk_on(fd, ms, seed);
    usleep(static_cast<useconds_t>(ms * 500));
    _exit(0);
  }
  usleep(static_cast<useconds_t>(ms * 300));
  return 0;
}

int become(int fd, char** words) {
  const std::string number = std::to_string(fd);
  execl("/proc/self/exe", "mortal", "talk-on", number.c_str(), "-", words[4], words[5], nullptr);
  return 3;
}

int pass(const char* host, unsigned port, int64_t ms, uint64_t seed) {
  int channel[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, channel);
  if (fork() == 0) {
    close(channel[0]);
    const int fd = passing::receive_descriptor(channel[1]);
    return fd < 0 ? lost({}, "ENOENT") : talk_on(fd, ms, seed);
  }
  close(channel[1]);
  const int fd = connected(host, port);
  passing::send_descriptor(channel[0], fd);
  close(fd);
  usleep(static_cast<useconds_t>(ms * 500));
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const auto number = [&](int n) { return n < count ? std::strtoll(words[n], nullptr, 10) : 0; };
  const std::string role = count > 1 ? words[1] : "";
  if (role == "serve") serve(static_cast<unsigned>(number(2)));
  if (role == "gather") gather(static_cast<unsigned>(number(2)));
  const auto seed = static_cast<uint64_t>(number(5));
  if (role == "talk-on") return talk_on(static_cast<int>(number(2)), number(4), seed);
  if (count != 6) return 3;
  const auto port = static_cast<unsigned>(number(3));
  if (role == "pass") return pass(words[2], port, number(4), seed);
  const int fd = connected(words[2], port);
  if (role == "leave") return leave(fd, number(4), seed);
  return role == "become" ? become(fd, words) : talk_on(fd, number(4), seed);
}
