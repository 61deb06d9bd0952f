#include "tests/interop/harness/peer.h"

#include <cstdio>
#include <iostream>

namespace tapstack::peer {
namespace {

constexpr size_t kDatagramBytesMax = 65'507;  // of UDP over IPv4

std::string to_string(const tcp::endpoint& endpoint) {
  return endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

const char* to_string(End end) {
  switch (end) {
    case End::kEof:
      return "eof";
    case End::kReset:
      return "reset";
    case End::kTimeout:
      return "timeout";
    case End::kOther:
      break;
  }
  return "error";
}

void say_port(uint16_t port) { std::cout << "{\"port\": " << port << "}" << std::endl; }

bool is_one_connection(const std::string& mode) {
  return mode == "receive" || mode == "send" || mode == "half-close" || mode == "reset";
}

}  // namespace

int Peer::run() {
  asio::steady_timer deadline(
      context_, std::chrono::microseconds(static_cast<int64_t>(options_.seconds * 1e6)));
  asio::signal_set signals(context_, SIGTERM, SIGINT);
  deadline.async_wait([this](const error_code& error) {
    if (!error) stop(true);
  });
  signals.async_wait([this](const error_code& error, int) {
    if (!error) stop(false);
  });
  asio::co_spawn(context_, main(), [&](const std::exception_ptr& problem) {
    deadline.cancel();
    signals.cancel();
    if (!problem) return;
    status_ = 1;
    try {
      std::rethrow_exception(problem);
    } catch (const std::exception& error) {
      std::cerr << "tapstack-peer: " << error.what() << std::endl;
    }
  });
  context_.run();
  return status_;
}

// Connections in progress end and are reported; a one-connection mode that got none has failed.
void Peer::stop(bool is_timeout) {
  is_over_ = true;
  if (is_one_connection(options_.mode) || (is_timeout && options_.mode == "connect")) status_ = 1;
  if (acceptor_ != nullptr) acceptor_->close();
  for (Connection* connection : running_) connection->cancel();
  if (options_.mode == "udp-echo") context_.stop();
}

asio::awaitable<void> Peer::main() {
  const std::string& mode = options_.mode;
  if (mode == "echo") return serve_many(&Connection::echo);
  if (mode == "discard") return serve_many(&Connection::receive);
  if (mode == "receive") return serve_one(&Connection::receive, End::kEof);
  if (mode == "reset") return serve_one(&Connection::reset, End::kReset);
  if (mode == "udp-echo") return echo_datagrams();
  if (mode == "connect") return connect_many();
  return serve_one(&Connection::exchange, End::kEof);  // send, half-close
}

tcp::acceptor Peer::listen() {
  const tcp::endpoint local(asio::ip::make_address(options_.listen), options_.port);
  tcp::acceptor acceptor(context_, local);
  say_port(acceptor.local_endpoint().port());
  return acceptor;
}

tcp::endpoint Peer::destination() const {
  const size_t colon = options_.to.rfind(':');
  const unsigned long port = std::stoul(options_.to.substr(colon + 1));
  return {asio::ip::make_address(options_.to.substr(0, colon)), static_cast<uint16_t>(port)};
}

asio::awaitable<std::shared_ptr<Connection>> Peer::open(tcp::acceptor* acceptor,
                                                        std::string& name) {
  tcp::socket socket(context_);
  error_code error;
  tcp::endpoint remote;
  if (acceptor != nullptr) {
    co_await acceptor->async_accept(socket, remote, into(error));
  } else {
    remote = destination();
    co_await socket.async_connect(remote, into(error));
  }
  if (error) {
    if (!is_over_ && failed_ == 0) std::cerr << "tapstack-peer: " << error.message() << std::endl;
    co_return nullptr;
  }
  name = to_string(remote);
  co_return std::make_shared<Connection>(std::move(socket), options_);
}

asio::awaitable<Outcome> Peer::drive(std::shared_ptr<Connection> connection, Task task) {
  running_.insert(connection.get());
  const Outcome outcome = co_await ((*connection).*task)();
  running_.erase(connection.get());
  co_return outcome;
}

void Peer::report(const std::string& name, const Outcome& outcome, End wanted) {
  std::cout << "{\"peer\": \"" << name << "\", \"bytes\": " << outcome.bytes
            << ", \"crc32\": " << outcome.crc32.value() << ", \"sent\": " << outcome.sent
            << ", \"end\": \"" << to_string(outcome.end) << "\"}" << std::endl;
  if (outcome.end != wanted) status_ = 1;
}

asio::awaitable<void> Peer::serve_many(Task task) {
  tcp::acceptor acceptor = listen();
  acceptor_ = &acceptor;
  while (acceptor.is_open()) {
    std::string name;
    const std::shared_ptr<Connection> connection = co_await open(&acceptor, name);
    if (!connection) continue;
    asio::co_spawn(context_, drive(connection, task),
                   [this, name](const std::exception_ptr& problem, const Outcome& outcome) {
                     if (problem) status_ = 1;
                     report(name, outcome, End::kEof);
                   });
  }
  acceptor_ = nullptr;
}

asio::awaitable<void> Peer::serve_one(Task task, End wanted) {
  std::string name;
  std::shared_ptr<Connection> connection;
  if (options_.to.empty()) {
    tcp::acceptor acceptor = listen();
    acceptor_ = &acceptor;
    connection = co_await open(&acceptor, name);
    acceptor_ = nullptr;
  } else {
    connection = co_await open(nullptr, name);
  }
  if (!connection) {
    status_ = 1;
    co_return;
  }
  const Outcome outcome = co_await drive(connection, task);
  report(name, outcome, wanted);
}

asio::awaitable<void> Peer::connect_worker(uint32_t& left) {
  Crc32 expected;
  Payload payload(options_);
  std::vector<uint8_t> piece(65536);
  while (const size_t n = payload.read(piece)) expected.add(std::span(piece).first(n));

  while (left > 0 && !is_over_) {
    --left;
    std::string name;
    const std::shared_ptr<Connection> connection = co_await open(nullptr, name);
    bool is_right = false;
    if (connection) {
      const Outcome outcome = co_await drive(connection, &Connection::exchange);
      is_right = outcome.end == End::kEof && outcome.bytes == outcome.sent &&
                 outcome.crc32.value() == expected.value();
    }
    ++(is_right ? done_ : failed_);
  }
}

asio::awaitable<void> Peer::connect_many() {
  uint32_t left = options_.count, workers = options_.parallel;
  asio::steady_timer all_done(context_, asio::steady_timer::time_point::max());
  for (uint32_t i = 0; i < options_.parallel; ++i) {
    asio::co_spawn(context_, connect_worker(left), [&](const std::exception_ptr& problem) {
      if (problem) status_ = 1;
      if (--workers == 0) all_done.cancel();
    });
  }
  error_code ignored;
  while (workers > 0) co_await all_done.async_wait(into(ignored));
  std::cout << "{\"done\": " << done_ << ", \"failed\": " << failed_ + left << "}" << std::endl;
  if (failed_ + left > 0) status_ = 1;
}

asio::awaitable<void> Peer::echo_datagrams() {
  udp::socket socket(context_, {asio::ip::make_address(options_.listen), options_.port});
  say_port(socket.local_endpoint().port());
  std::vector<uint8_t> datagram(kDatagramBytesMax);
  for (;;) {
    udp::endpoint sender;
    error_code error;  // of an answer to somebody gone: the next datagram is another matter
    const size_t n =
        co_await socket.async_receive_from(asio::buffer(datagram), sender, into(error));
    if (error) continue;
    co_await socket.async_send_to(asio::buffer(datagram.data(), n), sender, into(error));
  }
}

}  // namespace tapstack::peer
