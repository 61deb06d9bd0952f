// A stack with one interface in virtual time: the clock stands still unless it is moved, and every
// timer runs at its exact instant. Packets that leave are kept with the time at which they left.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/api/create.h"
#include "core/api/interfaces.h"
#include "core/api/run.h"
#include "core/api/sockets.h"
#include "tools/packetdrill/script_settings.h"

namespace tapstack::packetdrill {

struct HostSettings {
  IpAddress local;
  uint32_t mtu_bytes = 1500;
  bool superframes = false;           // leave uncut what TCP sends in one go (up to 64 KiB)
  std::vector<ScriptSetting> script;  // those that are not known change nothing
};

struct SentPacket {
  Instant at;
  std::vector<uint8_t> bytes;
};

class VirtualHost {
 public:
  // Ends the process with a message if memory or the settings do not do: a test that cannot be run.
  explicit VirtualHost(const HostSettings& settings);
  ~VirtualHost();
  VirtualHost(const VirtualHost&) = delete;
  VirtualHost& operator=(const VirtualHost&) = delete;

  Stack& stack() { return *stack_; }
  Instant now() const { return now_; }
  Instant next_deadline() const { return api::next_deadline(*stack_); }
  // Moves the clock, and runs what is due by then.
  void advance(Instant to);
  // Makes `address` one of the host's own, if it is not.
  void add_local(const IpAddress& address);
  // An IP packet comes in.
  void inject(ConstBytes packet);
  // Takes what the stack has to send; after every call on it.
  void collect();
  std::deque<SentPacket>& sent() { return sent_; }

 private:
  void keep(const api::Frame& frame);

  void* memory_ = nullptr;
  size_t bytes_ = 0;
  Stack* stack_ = nullptr;
  InterfaceId interface_;
  const bool superframes_;
  Instant now_;
  std::deque<SentPacket> sent_;
};

}  // namespace tapstack::packetdrill
