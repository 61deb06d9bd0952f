// Names of hosts to addresses and back, from what is on the machine: numbers, /etc/hosts,
// localhost. Nothing here uses the network.
#pragma once

#include <string>
#include <vector>

#include "core/api/types.h"

namespace tapstack::shim::names {

struct FoundHost {
  std::string canonical;
  std::vector<std::string> aliases;
  std::vector<IpAddress> addresses;  // of both families, in the order found
};

// Everything known under `name`; no address if it is unknown. "localhost" and what ends in
// ".localhost" is the loopback address of each family whatever the file says not (RFC 6761 6.3).
FoundHost find_host(const std::string& name);

// The names of an address; no canonical name if there is none.
FoundHost find_address(const IpAddress& address);

}  // namespace tapstack::shim::names
