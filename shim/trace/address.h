// Addresses of sockets as text: "10.10.10.1:80", "[fe80::1%2]:80". For traced() (call.h).
#pragma once

#include <sys/socket.h>

#include "shim/trace/call.h"

namespace tapstack::shim::trace {

// One that the program gives.
struct Address {
  const sockaddr* address;
  socklen_t length;
  void append(Line& line, const Outcome&) const;
};

// Room that the call fills with an address and its length.
struct AddressRoom {
  const sockaddr* address;
  const socklen_t* length;
  void append(Line& line, const Outcome& outcome) const;
};

}  // namespace tapstack::shim::trace
