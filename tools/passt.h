// passt(1), which gives a stack the way to the world through the sockets of an ordinary process.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "tapif/device.h"

namespace tapstack::tools {

// A port of this machine that leads to one of the stack's.
struct PublishedPort {
  uint16_t host = 0;
  uint16_t stack = 0;
  bool is_udp = false;
};

// "8080:80", "8080", "5353:53/udp". False when it is none of these, or a port is 0.
bool parse_published_port(const std::string& text, PublishedPort& port);

struct PasstPlan {
  std::string program;  // where passt is
  uint32_t mtu_bytes = 65520;
  std::vector<PublishedPort> ports;
};

inline constexpr uint32_t kPasstMtuMax = 65520;  // MAX_MTU of passt

// Starts passt as a child of this process with one end of a connection, which it serves until the
// other is closed; then it ends. `said` is the descriptor of a file for what it says. Returns its
// pid, or -1.
pid_t start_passt(const PasstPlan& plan, int connection, int said);

// What passt gives to the one that it serves: its own machine's addresses, as a rule. The names are
// those of the settings, the values theirs: TAPSTACK_ADDR, TAPSTACK_GW, TAPSTACK_DNS. Empty: none.
struct PasstOffer {
  std::string addresses;
  std::string gateways;
  std::string name_servers;
};

// Reads it from what passt says when it starts.
PasstOffer parse_offer(const std::string& said);

// A trial: starts passt and ends it again; `said` is what it said. The failure has its own words.
tapif::Failure try_passt(const PasstPlan& plan, std::string& said);

}  // namespace tapstack::tools
