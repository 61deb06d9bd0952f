// A question over TCP on a stack (RFC 1035 4.2.2, RFC 7766): a connection for one message each way.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "api/sockets.h"
#include "wire/dns.h"

namespace tapstack::app {

enum class DnsStreamState : uint8_t { kClosed, kBusy, kComplete, kFailed };

class DnsStream {
 public:
  // Connects and sends `query` as soon as it can, in place of what was before. kFailed where that
  // cannot be.
  void open(Stack& stack, Instant now, const Endpoint& server, std::span<const uint8_t> query);
  // Goes on. The answer is written into `room`, kComplete says that it is whole: the first bytes()
  // of it. One that `room` cannot hold is kFailed.
  DnsStreamState poll(Stack& stack, Instant now, std::span<uint8_t> room);
  size_t bytes() const { return message_bytes_; }
  void close(Stack& stack, Instant now);

 private:
  DnsStreamState send(Stack& stack, Instant now);
  DnsStreamState receive(Stack& stack, Instant now, std::span<uint8_t> room);
  DnsStreamState end(Stack& stack, Instant now, DnsStreamState state);

  static constexpr size_t kLengthBytes = 2;
  SocketId socket_;
  DnsStreamState state_ = DnsStreamState::kClosed;
  std::array<uint8_t, kLengthBytes + wire::kDnsQueryBytesMax> query_{};
  uint16_t query_bytes_ = 0;
  uint16_t sent_ = 0;
  std::array<uint8_t, kLengthBytes> length_{};  // of the answer
  uint8_t length_bytes_ = 0;                    // of it that came
  uint16_t message_bytes_ = 0;
};

}  // namespace tapstack::app
