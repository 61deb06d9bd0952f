// The sockets of one exchange with name servers: a datagram socket for each server, connected, so
// that the port is one that nobody can guess and errors of the network come back; and a stream for
// what does not fit into datagrams.
#pragma once

#include <poll.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/app/dns_exchange.h"

namespace tapstack::shim::names {

// A descriptor that is closed at the end.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int release();
  int fd_ = -1;
};

enum class ArrivalKind : uint8_t { kNone, kMessage, kUnreachable };

struct Arrival {
  ArrivalKind kind = ArrivalKind::kNone;
  uint8_t server = 0;
  bool by_stream = false;
  std::span<const uint8_t> bytes;  // valid until the next receive()
};

class ServerSockets {
 public:
  explicit ServerSockets(std::span<const Endpoint> servers)
      : servers_(servers.begin(), servers.end()), datagrams_(servers.size()) {}

  // False: it cannot be reached.
  bool send_datagram(uint8_t server, std::span<const uint8_t> message);
  // In place of a stream that may be there.
  bool begin_stream(uint8_t server, std::span<const uint8_t> message);
  // Adds what to wait for.
  void watch(std::vector<pollfd>& fds) const;
  // The next thing that has come; never waits. Goes on with the stream by the way.
  Arrival receive();

 private:
  Descriptor connect_to(uint8_t server, int type) const;
  Arrival receive_datagram(uint8_t server);
  Arrival go_on_with_stream();
  Arrival end_stream(ArrivalKind kind);

  std::vector<Endpoint> servers_;
  std::vector<Descriptor> datagrams_;
  std::vector<uint8_t> buffer_;
  Descriptor stream_;
  uint8_t stream_server_ = 0;
  std::vector<uint8_t> outgoing_;  // what is left to send: length and message (RFC 1035 4.2.2)
  std::vector<uint8_t> incoming_;
};

}  // namespace tapstack::shim::names
