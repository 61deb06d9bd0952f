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

// The number of the interface of that name, 0: there is none. if_nametoindex fits.
using InterfaceNumber = unsigned (*)(const char* name);

// IPv4 in all of inet_aton(3)'s forms (10.1, 0x7f000001), IPv6 with an optional %scope: a number,
// or behind an address that means something on one link only the name of an interface (RFC 4007
// 11.2), when there is a function to ask for it.
std::optional<NumericAddress> parse_numeric(const std::string& text,
                                            InterfaceNumber number_of = nullptr);

// A decimal port, [0, 65535] after cutting to 16 bits as glibc does. Empty if it is none.
std::optional<Port> parse_port(const char* text);

// Dotted decimal, or RFC 5952 text.
std::string to_text(const IpAddress& address);

}  // namespace tapstack::shim::names
