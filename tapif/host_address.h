// Addresses of the kernel's interfaces.
#pragma once

#include <string>

#include "tapif/device.h"

namespace tapstack::tapif {

// Gives the interface `name` an address unless it has it already; no privilege is needed then.
// Failures: EADDRNOTAVAIL (it has another IPv4 address), EADDRINUSE (the network is another
// interface's), EPERM (CAP_NET_ADMIN is missing), EAFNOSUPPORT or EACCES (this
// kernel, or the interface, has no IPv6).
Failure set_host_address(const std::string& name, const Prefix& wanted);

// Whether the address could be set, as far as other addresses are concerned.
Failure check_host_address(const std::string& name, const Prefix& wanted);

}  // namespace tapstack::tapif
