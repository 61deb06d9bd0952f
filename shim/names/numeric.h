// Addresses and ports written as numbers.
#pragma once

#include <optional>
#include <string>

#include "core/api/types.h"

namespace tapstack::shim::names {

struct NumericAddress {
  IpAddress address;
  uint32_t scope = 0;  // IPv6: the interface behind '%', as a number
};

// IPv4 in all of inet_aton(3)'s forms (10.1, 0x7f000001), IPv6 with an optional numeric %scope.
std::optional<NumericAddress> parse_numeric(const std::string& text);

// A decimal port, [0, 65535] after cutting to 16 bits as glibc does. Empty if it is none.
std::optional<Port> parse_port(const char* text);

// Dotted decimal, or RFC 5952 text.
std::string to_text(const IpAddress& address);

}  // namespace tapstack::shim::names
