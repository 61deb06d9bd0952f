#include "tests/interop/harness/connection.h"

#include <algorithm>

// No co_await stands inside a condition: GCC 12 compiles some of those into a trap.

namespace tapstack::peer {

void Connection::note(const error_code& error) {
  if (error == asio::error::eof) {
    outcome_.end = End::kEof;
  } else if (error == asio::error::connection_reset || error == asio::error::broken_pipe) {
    outcome_.end = End::kReset;
  } else if (error == asio::error::operation_aborted || error == asio::error::timed_out) {
    outcome_.end = End::kTimeout;
  }
}

asio::awaitable<bool> Connection::read_some(size_t bytes_max) {
  error_code error;
  buffered_ = co_await socket_.async_read_some(
      asio::buffer(buffer_.data(), std::min(bytes_max, buffer_.size())), into(error));
  if (error) {
    note(error);
    co_return false;
  }
  outcome_.bytes += buffered_;
  outcome_.crc32.add(std::span(buffer_).first(buffered_));
  co_return true;
}

asio::awaitable<bool> Connection::write_all(std::span<const uint8_t> bytes) {
  error_code error;
  outcome_.sent +=
      co_await asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), into(error));
  if (error) note(error);
  co_return !error;
}

asio::awaitable<Outcome> Connection::echo() {
  bool is_open = true;
  while (is_open) {
    is_open = co_await read_some(kBufferBytes);
    if (is_open) is_open = co_await write_all(std::span(buffer_).first(buffered_));
  }
  socket_.close();
  co_return outcome_;
}

asio::awaitable<void> Connection::keep_rate(std::chrono::steady_clock::time_point start) {
  if (options_.rate_bytes_per_second == 0) co_return;
  const double due_s =
      static_cast<double>(outcome_.bytes) / static_cast<double>(options_.rate_bytes_per_second);
  asio::steady_timer timer(socket_.get_executor());
  timer.expires_at(start + std::chrono::microseconds(static_cast<int64_t>(due_s * 1e6)));
  error_code ignored;
  co_await timer.async_wait(into(ignored));
}

asio::awaitable<Outcome> Connection::receive() {
  const auto start = std::chrono::steady_clock::now();
  // Twenty reads a second at a rate, so that it is even.
  const uint64_t rate = options_.rate_bytes_per_second;
  const size_t piece = rate == 0 ? kBufferBytes : std::max<size_t>(rate / 20, 1);
  bool is_open = true;
  while (is_open) {
    is_open = co_await read_some(piece);
    if (is_open) co_await keep_rate(start);
  }
  socket_.close();
  co_return outcome_;
}

asio::awaitable<void> Connection::send_payload() {
  Payload payload(options_);
  std::vector<uint8_t> piece(kBufferBytes);
  while (const size_t n = payload.read(piece)) {
    const bool is_written = co_await write_all(std::span(piece).first(n));
    if (!is_written) co_return;
  }
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

asio::awaitable<Outcome> Connection::exchange() {
  bool is_sent = false;
  asio::steady_timer sent(socket_.get_executor(), asio::steady_timer::time_point::max());
  asio::co_spawn(
      socket_.get_executor(), [this] { return send_payload(); },
      [&is_sent, &sent, self = shared_from_this()](const std::exception_ptr&) {
        is_sent = true;
        sent.cancel();
      });
  bool is_open = true;
  while (is_open) is_open = co_await read_some(kBufferBytes);
  const End end = outcome_.end;
  error_code ignored;
  // A peer that has gone will never take the rest.
  if (end != End::kEof) socket_.cancel(ignored);
  while (!is_sent) co_await sent.async_wait(into(ignored));
  if (end != End::kEof) outcome_.end = end;
  socket_.close();
  co_return outcome_;
}

asio::awaitable<Outcome> Connection::reset() {
  while (outcome_.bytes < options_.after) {
    const bool is_open = co_await read_some(options_.after - outcome_.bytes);
    if (!is_open) co_return outcome_;
  }
  socket_.set_option(asio::socket_base::linger(true, 0));
  socket_.close();
  outcome_.end = End::kReset;
  co_return outcome_;
}

}  // namespace tapstack::peer
