// Who is to be asked for names: what TAPSTACK_DNS says, else what DHCP servers and routers named.
#pragma once

#include "shim/common/protocol.h"
#include "shim/common/settings.h"
#include "shim/engine/address_clients.h"

namespace tapstack::shim {

class NameServers {
 public:
  void configure(const Settings& settings, InterfaceId interface);
  // The first four, each once, and the domains to search: those of routers before those of DHCPv6
  // and of DHCPv4 (RFC 8106 5.3.1).
  NameServersRecord record(const Stack& stack, Instant now, const AddressClients& clients) const;

 private:
  NameServerChoice choice_ = NameServerChoice::kAnybody;
  std::vector<IpAddress> given_;
};

}  // namespace tapstack::shim
