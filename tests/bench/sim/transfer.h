// A bulk transfer over one connection of a path: one end sends a known stream, the other checks
// it.
#pragma once

#include <cstdint>
#include <string>

#include "tests/bench/sim/path.h"

namespace tapstack::bench {

struct TransferSettings {
  uint64_t bytes = UINT64_MAX;    // then the end of the stream; UINT64_MAX: goes on for ever
  int64_t send_buffer_bytes = 0;  // SO_SNDBUF; 0: as the stack grows it
  int64_t receive_buffer_bytes = 0;
  uint16_t port = 5000;            // of the receiver, one for each transfer
  std::string algorithm = "reno";  // TCP_CONGESTION; see algorithms()
};

class Transfer final : public Flow {
 public:
  // The receiver listens; connect() makes the sender begin. `path` must outlive the transfer.
  Transfer(Path& path, const TransferSettings& settings);

  void connect();
  void on_event(Instant now) override;
  // Whether the receiver takes what has arrived; it does from the start.
  void set_reading(bool on);

  uint64_t received_bytes() const { return received_; }
  // The receiver has the whole stream and its end, the sender knows it, and no socket is left.
  bool is_complete() const { return is_complete_; }
  // Empty, or what went wrong.
  const std::string& problem() const { return problem_; }
  // What the sender's connection says; all zero before it begins and after its end.
  TcpInfo sender_info() const;
  // For the report of a transfer that hangs.
  std::string describe() const;

 private:
  void send(Instant now);
  void receive(Instant now);
  void take_data(Instant now);
  void end_receiver(Instant now);
  void finish(Instant now);

  Path& path_;
  TransferSettings settings_;
  SocketId listener_;
  SocketId sender_;
  SocketId receiver_;
  uint64_t sent_ = 0;
  uint64_t received_ = 0;
  bool is_reading_ = true;
  bool has_shut_ = false;  // the sender said that this was all
  bool has_end_ = false;   // the receiver heard it
  bool is_complete_ = false;
  std::string problem_;
};

// Names of the congestion controls that a connection may choose.
std::vector<std::string> algorithms();

}  // namespace tapstack::bench
