// A small socket benchmark over plain POSIX sockets, so that it runs on the kernel and under the
// library alike.
//
//   netbench stream|rate|rr|crr server PORT SECONDS
//   netbench stream|rate|rr|crr client ADDR PORT SECONDS [reverse] [cc=NAME]
//
// stream  bytes from client to server (reverse: server to client): Gbit/s as the receiver counts
// rate    bytes from client to server, which counts for SECONDS from the connect on, prints Mbit/s
//         and resets: what is queued for a slow path is not waited for
// rr      1-byte ping-pong on one connection: microseconds a round trip, median and mean
// crr     connect, 1-byte request and answer, close: connections a second
// The client prints one line: key=value pairs. A server sends for SECONDS in a reverse test, and
// ends by itself after three times that and 5 s. cc= sets TCP_CONGESTION on kernel sockets (the
// machine's default may be BBR, whose pacing caps a sender).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr size_t kStreamBytes = 128 * 1024;  // iperf3's write
constexpr double kWarmUpSeconds = 0.2;

struct Options {
  std::string test, address;
  uint16_t port = 0;
  double seconds = 1;
  bool reverse = false;
  std::string congestion;
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

double now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

double cpu_seconds() {
  rusage r{};
  getrusage(RUSAGE_SELF, &r);
  auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(r.ru_utime) + seconds(r.ru_stime);
}

void prepare(int fd, const Options& options) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (!options.congestion.empty()) {
    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, options.congestion.data(),
               static_cast<socklen_t>(options.congestion.size()));
  }
}

sockaddr_in address_of(const Options& options) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(options.port);
  to.sin_addr.s_addr = options.address.empty() ? INADDR_ANY : inet_addr(options.address.c_str());
  return to;
}

int connect_to_server(const Options& options) {
  sockaddr_in to = address_of(options);
  for (int tries = 0; tries < 100; ++tries) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) fail("socket");
    prepare(fd, options);
    if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return fd;
    close(fd);
    usleep(50'000);
  }
  fail("connect");
}

// Sends until the time is over or the peer has gone.
void send_stream(int fd, double seconds) {
  std::vector<char> buffer(kStreamBytes, 'x');
  const double end = now() + seconds;
  while (now() < end) {
    if (send(fd, buffer.data(), buffer.size(), MSG_NOSIGNAL) < 0) return;
  }
}

struct Received {
  double bytes = 0, seconds = 0;
};

// Receives to the end of the stream; what comes in the warm-up does not count.
Received receive_stream(int fd) {
  std::vector<char> buffer(kStreamBytes);
  Received received;
  const double start = now() + kWarmUpSeconds;
  double first = 0, last = 0;
  for (ssize_t n; (n = recv(fd, buffer.data(), buffer.size(), 0)) > 0;) {
    const double t = now();
    if (t < start) continue;
    if (first == 0) {
      first = t;
    } else {
      received.bytes += static_cast<double>(n);
    }
    last = t;
  }
  received.seconds = last - first;
  return received;
}

// Receives for so long and prints the rate; the close that follows resets.
void measure_rate(int fd, double seconds) {
  std::vector<char> buffer(kStreamBytes);
  double bytes = 0;
  const double begin = now();
  for (double left = seconds; left > 0; left = begin + seconds - now()) {
    pollfd p{fd, POLLIN, 0};
    if (poll(&p, 1, static_cast<int>(left * 1000) + 1) <= 0) continue;
    const ssize_t n = recv(fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) break;
    bytes += static_cast<double>(n);
  }
  std::printf("mbit=%.4f\n", bytes * 8e-6 / (now() - begin));
  std::fflush(stdout);
  const linger abort{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
}

void serve_one(int fd, const Options& options) {
  char hello = 0;
  if (recv(fd, &hello, 1, 0) != 1) return;
  if (options.test == "rate") {
    measure_rate(fd, options.seconds);
    return;
  }
  if (options.test == "stream" && hello == 'r') {
    send_stream(fd, options.seconds);
  } else if (options.test == "stream") {
    Received r = receive_stream(fd);
    send(fd, &r, sizeof r, MSG_NOSIGNAL);
  } else {
    do {
      if (send(fd, &hello, 1, MSG_NOSIGNAL) != 1) return;
    } while (recv(fd, &hello, 1, 0) == 1);
  }
}

void serve(const Options& options) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  int one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in at = address_of(options);
  if (bind(listener, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) fail("bind");
  if (listen(listener, 128) != 0) fail("listen");
  const double end = now() + options.seconds * 3 + 5;
  for (double left; (left = end - now()) > 0;) {
    pollfd p{listener, POLLIN, 0};
    if (poll(&p, 1, static_cast<int>(left * 1000) + 1) <= 0) continue;
    int fd = accept(listener, nullptr, nullptr);
    if (fd < 0) fail("accept");
    prepare(fd, options);
    serve_one(fd, options);
    close(fd);
  }
}

void run_stream(const Options& options) {
  int fd = connect_to_server(options);
  const double cpu = cpu_seconds();
  Received received;
  if (options.reverse) {
    send(fd, "r", 1, 0);
    received = receive_stream(fd);
  } else {
    send(fd, "s", 1, 0);
    send_stream(fd, options.seconds);
    shutdown(fd, SHUT_WR);
    if (recv(fd, &received, sizeof received, MSG_WAITALL) != sizeof received) fail("result");
  }
  std::printf("gbit=%.3f cpu=%.3f\n", received.bytes * 8e-9 / std::max(received.seconds, 1e-9),
              cpu_seconds() - cpu);
  close(fd);
}

// Until the server, which measures, resets.
void run_rate(const Options& options) {
  int fd = connect_to_server(options);
  send_stream(fd, 2 * options.seconds + 5);
  close(fd);
}

void run_round_trips(const Options& options) {
  int fd = connect_to_server(options);
  std::vector<double> times;
  char byte = 'x';
  const double begin = now(), end = begin + options.seconds;
  for (double t = begin; t < end;) {
    if (send(fd, &byte, 1, 0) != 1 || recv(fd, &byte, 1, 0) != 1) fail("round trip");
    const double done = now();
    if (done > begin + kWarmUpSeconds) times.push_back((done - t) * 1e6);
    t = done;
  }
  std::sort(times.begin(), times.end());
  double sum = 0;
  for (double t : times) sum += t;
  std::printf("median_us=%.2f mean_us=%.2f p99_us=%.2f\n", times[times.size() / 2],
              sum / static_cast<double>(times.size()), times[times.size() * 99 / 100]);
  close(fd);
}

void run_connections(const Options& options) {
  int count = 0;
  const double begin = now();
  while (now() < begin + options.seconds) {
    int fd = connect_to_server(options);
    char byte = 'x';
    if (send(fd, &byte, 1, 0) != 1 || recv(fd, &byte, 1, 0) != 1) fail("request");
    close(fd);
    ++count;
  }
  std::printf("per_second=%.1f\n", count / (now() - begin));
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (argc < 5) {
    std::fprintf(
        stderr,
        "usage: netbench stream|rate|rr|crr server PORT SECONDS\n"
        "       netbench stream|rate|rr|crr client ADDR PORT SECONDS [reverse] [cc=NAME]\n");
    return 2;
  }
  options.test = argv[1];
  const bool is_server = std::string(argv[2]) == "server";
  int at = 3;
  if (!is_server) options.address = argv[at++];
  options.port = static_cast<uint16_t>(std::atoi(argv[at++]));
  if (at < argc) options.seconds = std::atof(argv[at++]);
  for (; at < argc; ++at) {
    const std::string word = argv[at];
    if (word == "reverse") options.reverse = true;
    if (word.rfind("cc=", 0) == 0) options.congestion = word.substr(3);
  }
  if (is_server) {
    serve(options);
  } else if (options.test == "stream") {
    run_stream(options);
  } else if (options.test == "rate") {
    run_rate(options);
  } else if (options.test == "rr") {
    run_round_trips(options);
  } else {
    run_connections(options);
  }
  return 0;
}
