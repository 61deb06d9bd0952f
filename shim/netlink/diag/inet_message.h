// One socket as inet_diag_msg with attributes (linux/inet_diag.h).
#pragma once

#include <linux/inet_diag.h>

#include "shim/common/protocol.h"
#include "shim/netlink/writer.h"

namespace tapstack {
class Stack;
}

namespace tapstack::shim::netlink::diag {

// What the asker wants to hear besides.
struct Wanted {
  uint16_t type = 0;       // of the message
  uint8_t extensions = 0;  // bit n - 1: INET_DIAG_n
  bool is_admin = false;   // is told marks
  bool is_raw = false;
};

// Appends the message. False: it does not fit and is not there.
bool write_socket(Writer& out, const Stack& stack, Instant now, const SocketRecord& record,
                  const Wanted& wanted);

// An end as inet_diag_sockid carries it. Mapped addresses become IPv4's, as endpoints have them.
Endpoint endpoint_in(uint8_t family, const uint32_t (&words)[4], uint16_t port, uint32_t scope);

}  // namespace tapstack::shim::netlink::diag
