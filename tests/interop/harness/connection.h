// What happens on one TCP connection.
#pragma once

#include <memory>

#include "tests/interop/harness/asio.h"
#include "tests/interop/harness/options.h"
#include "tests/interop/harness/payload.h"

namespace tapstack::peer {

enum class End { kEof, kReset, kTimeout, kOther };

// How the peer's sending side ended, and what passed until then.
struct Outcome {
  uint64_t bytes = 0;  // received
  Crc32 crc32;         // of these
  uint64_t sent = 0;
  End end = End::kOther;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const Options& options)
      : socket_(std::move(socket)), options_(options) {}

  // Each runs the connection to its end and closes it.
  asio::awaitable<Outcome> echo();      // returns what comes
  asio::awaitable<Outcome> receive();   // reads to the end, at the rate wanted
  asio::awaitable<Outcome> exchange();  // sends the payload and half-closes, reading meanwhile
  asio::awaitable<Outcome> reset();     // reads so many bytes, then resets

  // Ends whatever runs with End::kTimeout.
  void cancel() {
    error_code ignored;
    socket_.cancel(ignored);
  }

 private:
  static constexpr size_t kBufferBytes = 65536;

  asio::awaitable<bool> read_some(size_t bytes_max);  // false at the end
  asio::awaitable<bool> write_all(std::span<const uint8_t> bytes);
  asio::awaitable<void> send_payload();
  asio::awaitable<void> keep_rate(std::chrono::steady_clock::time_point start);
  void note(const error_code& error);

  tcp::socket socket_;
  const Options& options_;
  Outcome outcome_;
  std::vector<uint8_t> buffer_ = std::vector<uint8_t>(kBufferBytes);
  size_t buffered_ = 0;  // bytes of the last read
};

}  // namespace tapstack::peer
