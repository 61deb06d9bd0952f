// The modes of tapstack-peer.
#pragma once

#include <set>

#include "tests/interop/harness/asio.h"
#include "tests/interop/harness/connection.h"
#include "tests/interop/harness/options.h"

namespace tapstack::peer {

class Peer {
 public:
  explicit Peer(const Options& options) : options_(options) {}
  // Runs the mode to its end; returns the status to exit with.
  int run();

 private:
  using Task = asio::awaitable<Outcome> (Connection::*)();

  asio::awaitable<void> main();
  asio::awaitable<void> serve_many(Task task);
  asio::awaitable<void> serve_one(Task task, End wanted);
  asio::awaitable<void> connect_many();
  asio::awaitable<void> connect_worker(uint32_t& left);
  asio::awaitable<void> echo_datagrams();

  tcp::acceptor listen();
  tcp::endpoint destination() const;
  // A connection by --to or from the acceptor; null when there is none, which has been reported.
  asio::awaitable<std::shared_ptr<Connection>> open(tcp::acceptor* acceptor, std::string& name);
  asio::awaitable<Outcome> drive(std::shared_ptr<Connection> connection, Task task);
  void report(const std::string& name, const Outcome& outcome, End wanted);
  void stop(bool is_timeout);

  const Options& options_;
  asio::io_context context_;
  std::set<Connection*> running_;
  tcp::acceptor* acceptor_ = nullptr;  // while it is open
  uint32_t done_ = 0, failed_ = 0;     // of connect
  int status_ = 0;
  bool is_over_ = false;
};

}  // namespace tapstack::peer
