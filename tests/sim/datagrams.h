// Programs that use datagrams: UDP flows whose contents are checked, echo requests, and attempts at
// ports where nobody listens.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/app.h"
#include "tests/sim/world.h"

namespace tapstack::sim {

struct DatagramPlan {
  uint64_t key = 0;
  int from = 0;  // hosts
  int to = 1;
  Port port{7000};
  int count = 10;
  size_t bytes_max = 1000;  // of one datagram, header included
  Duration interval = Duration::ms(50);
  Instant start;
};

// Sends datagrams from one host to a socket on another, and checks what arrives there. At the end
// of a run over a perfect link every one of them must have.
class UdpFlow : public App {
 public:
  UdpFlow(World& world, const DatagramPlan& plan);

  void on_wake(Instant now) override;
  void on_event(Instant now, SocketId id) override;
  bool is_done() const override { return is_done_; }
  void on_over(Instant now) override;
  std::string describe() const override;
  // What went wrong, or nothing; after the run.
  std::string verdict() const;

 private:
  bool open(Instant now);
  void send(Instant now);
  void check(std::span<const uint8_t> bytes);

  World& world_;
  const DatagramPlan plan_;
  SocketId sender_, receiver_;
  int sent_ = 0;
  bool is_done_ = false;
  std::vector<int> received_;  // how often each
  std::string problem_;
};

// Echo requests from one host to another, checked when they come back.
class PingFlow : public App {
 public:
  PingFlow(World& world, const DatagramPlan& plan);

  void on_wake(Instant now) override;
  void on_event(Instant now, SocketId id) override;
  bool is_done() const override { return is_done_; }
  void on_over(Instant now) override;
  std::string describe() const override;
  std::string verdict() const;

 private:
  World& world_;
  const DatagramPlan plan_;
  SocketId id_;
  int sent_ = 0;
  bool is_done_ = false;
  std::vector<int> received_;
  std::string problem_;
};

// Connects a TCP and a UDP socket to a port where nobody listens: both must be told so, unless
// something got lost.
class RefusedFlow : public App {
 public:
  RefusedFlow(World& world, const DatagramPlan& plan);

  void on_wake(Instant now) override;
  void on_event(Instant now, SocketId id) override;
  bool is_done() const override { return is_done_; }
  void on_over(Instant now) override;
  std::string describe() const override;
  std::string verdict() const;

 private:
  World& world_;
  const DatagramPlan plan_;
  SocketId tcp_, udp_;
  int wakes_ = 0;
  bool is_done_ = false;
  Error tcp_error_ = Error::kNone;
  Error udp_error_ = Error::kNone;
};

}  // namespace tapstack::sim
