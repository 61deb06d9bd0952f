// The network layer with one device, which a fuzzer drives: frames come in, time passes, and what
// goes out is checked.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "net/configuration.h"
#include "net/network.h"

namespace tapstack::fuzz {

class NetworkHost {
 public:
  explicit NetworkHost(const link::InterfaceSettings& device);
  NetworkHost(const NetworkHost&) = delete;
  NetworkHost& operator=(const NetworkHost&) = delete;
  virtual ~NetworkHost() = default;

  // Lets time pass, every deadline on the way.
  void pass(Duration d);
  // Lets `d` pass, and aborts if anything is held then.
  void expect_nothing_left(Duration d);

 protected:
  // Told of every frame that leaves; aborts if it is not sound.
  virtual void check_sent(std::span<const uint8_t> frame) = 0;

  mem::PacketPtr packet_of(std::span<const uint8_t> bytes);
  // Takes what waits for the device and for loopback.
  void drain();

  std::unique_ptr<mem::PacketMemory> memory_ = std::make_unique<mem::PacketMemory>();
  std::unique_ptr<timer::Timers> timers_ = std::make_unique<timer::Timers>();
  Counters counters_;
  Random random_;
  Context ctx_{Instant::from_us(1'000'000), *memory_, *timers_, counters_, random_};
  std::unique_ptr<net::Network> network_;
  InterfaceId device_;
};

}  // namespace tapstack::fuzz
