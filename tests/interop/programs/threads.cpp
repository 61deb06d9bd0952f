// Several threads: own sockets, one socket, a shutdown under a blocked call. What ends threads by
// cancellation is in interruptions.cpp: no sanitizer knows what that unwinds.

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "check.h"

namespace {

// Sends and receives `bytes` over a connection of its own; what is wrong is counted.
void exchange(size_t bytes, std::atomic<int>& wrong) {
  const auto [a, b] = check::tcp_pair();
  const int from = a, to = b;
  std::thread sender([from, bytes] {
    std::string block(10007, '\0');
    for (size_t done = 0; done < bytes;) {
      for (size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>((done + i) % 251);
      const ssize_t sent = send(from, block.data(), std::min(block.size(), bytes - done), 0);
      if (sent <= 0) break;
      done += static_cast<size_t>(sent);
    }
    shutdown(from, SHUT_WR);
  });
  static thread_local char buffer[16384];
  size_t got = 0;
  for (ssize_t n; (n = recv(to, buffer, sizeof buffer, 0)) > 0;) {
    for (ssize_t i = 0; i < n; ++i, ++got) wrong += buffer[i] != static_cast<char>(got % 251);
  }
  sender.join();
  wrong += got != bytes;
  close(a);
  close(b);
}

void own_sockets() {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { exchange(8u << 20, wrong); });
  for (std::thread& one : threads) one.join();
  check::equal(wrong, 0, "four threads with a connection each");
}

void one_socket() {
  const auto [a, b] = check::tcp_pair();
  const int from = a, to = b;
  std::atomic<size_t> got{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, to] {
      char buffer[4096];
      for (ssize_t n; (n = recv(to, buffer, sizeof buffer, 0)) > 0;) got += static_cast<size_t>(n);
    });
  }
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([from] {
      const std::string block(1000, 'x');
      for (int n = 0; n < 1000; ++n) {
        if (send(from, block.data(), block.size(), 0) != 1000) return;
      }
    });
  }
  threads[2].join();
  threads[3].join();
  shutdown(from, SHUT_WR);
  threads[0].join();
  threads[1].join();
  check::equal(static_cast<long>(got), 2000000, "two readers and two writers on one connection");
  close(a);
  close(b);
}

void acceptors() {
  const int server = check::listener(64);
  std::atomic<int> accepted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int fd; (fd = accept(server, nullptr, nullptr)) >= 0;) {
        ++accepted;
        close(fd);
      }
    });
  }
  for (int i = 0; i < 100; ++i) {
    const int client = socket(check::family, SOCK_STREAM, 0);
    if (check::connect_to(client, check::port_of(server)) == 0) {
      char byte;
      recv(client, &byte, 1, 0);
    }
    close(client);
  }
  check::equal(accepted, 100, "three threads accept a hundred connections");
  check::equal(shutdown(server, SHUT_RDWR), 0, "shutdown of a listener");
  for (std::thread& one : threads) one.join();
  check::that(true, "ends the accepts");
  close(server);
}

void shut_under_reader() {
  const auto [a, b] = check::tcp_pair();
  const int fd = a;
  long result = -2;
  std::thread reader([&, fd] {
    char byte;
    result = recv(fd, &byte, 1, 0);
  });
  usleep(50000);
  shutdown(a, SHUT_RDWR);
  reader.join();
  check::equal(result, 0, "shutdown wakes a reader");
  close(a);
  close(b);
}

}  // namespace

int main() {
  own_sockets();
  one_socket();
  acceptors();
  shut_under_reader();
  return check::finish();
}
