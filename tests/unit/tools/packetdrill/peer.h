// The other side of a library for packetdrill: what packetdrill does with the exported table.
#pragma once

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tools/packetdrill/interface.h"

namespace tapstack::packetdrill {

// One TCP segment between 192.0.2.1 (the peer) and 192.168.0.1 (the stack), without options.
struct Segment {
  uint8_t flags = 0;  // TH_SYN, TH_ACK, ...
  uint32_t seq = 0;
  uint32_t ack = 0;
  std::string text;
  uint16_t local_port = 8080;  // of the stack
  int64_t at_us = 0;           // when it left
};

class Peer {
 public:
  // Loads the library of this build.
  Peer();
  ~Peer() { table.free(table.userdata); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(const Segment& segment);
  // The next segment of the stack; false when none will ever leave.
  bool receive(Segment& segment);
  // A listener at local_port 8080, and a connection to it.
  int listen();
  int accept_one(int listener);
  int64_t now_us();

  packetdrill_interface table{};
  uint32_t stack_seq = 0;  // of the first byte that the stack sends on that connection
};

sockaddr_in address_of(const char* text, uint16_t port);

}  // namespace tapstack::packetdrill
