// Arguments and results of the functions that look for names. For traced() (call.h).
#pragma once

#include <netdb.h>

#include "shim/trace/call.h"

namespace tapstack::shim::trace {

// What getaddrinfo and getnameinfo return: 0 or EAI_...
struct LookupResult {
  int value;
  Outcome outcome() const { return {value == 0 ? 0 : -1, 0}; }
  void append(Line& line) const;
};

// What res_query and kin return: the answer's length, or -1 and the reason.
struct QueryResult {
  int value;
  int reason;
  Outcome outcome() const { return {value, 0}; }
  void append(Line& line) const;
};

// "{AI_PASSIVE, AF_INET, SOCK_STREAM, 0}"
struct LookupHints {
  const addrinfo* hints;
  void append(Line& line, const Outcome&) const;
};

// "[10.10.10.1:80, [fd10:10:10::1]:80]"
struct FoundAddresses {
  addrinfo* const* list;
  void append(Line& line, const Outcome& outcome) const;
};

// Text that the call wrote.
struct TextRoom {
  const char* text;
  void append(Line& line, const Outcome& outcome) const;
};

// An address without a port, as gethostbyaddr takes it.
struct BareAddress {
  const void* octets;
  socklen_t length;
  int family;
  void append(Line& line, const Outcome&) const;
};

// What gethostbyname and kin return: {"name", [10.10.10.1]}, or NULL and the reason.
struct HostResult {
  hostent* value;
  int reason;
  Outcome outcome() const { return {value != nullptr ? 0 : -1, 0}; }
  void append(Line& line) const;
};

// The same where their _r forms put it.
struct HostRoom {
  hostent* const* result;
  const int* reason;
  void append(Line& line, const Outcome&) const;
};

}  // namespace tapstack::shim::trace
