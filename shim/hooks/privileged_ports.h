// Ports that take a privilege to bind.
#pragma once

#include <cstdint>

namespace tapstack::shim {

// Whether this thread may not bind `port`, as inet_port_requires_bind_service() of Linux has it:
// one below net.ipv4.ip_unprivileged_port_start of the network namespace takes
// CAP_NET_BIND_SERVICE. Never allocates; keeps errno.
bool is_port_denied(uint16_t port);

}  // namespace tapstack::shim
