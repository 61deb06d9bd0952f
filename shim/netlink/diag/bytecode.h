// INET_DIAG_REQ_BYTECODE: what ss compiles its filters to. Each instruction says how far to go on
// when it holds (`yes`) and when not (`no`), in bytes, forward; a socket is taken when that ends
// exactly at the end of the program (linux/inet_diag.h).
#pragma once

#include "core/api/types.h"

namespace tapstack::shim::netlink::diag {

// What instructions look at.
struct BytecodeSubject {
  tapstack::Family family = tapstack::Family::kIp4;
  Endpoint local, remote;
  uint32_t interface = 0;
  uint32_t mark = 0;
  bool is_port_asked_for = false;  // by bind(); Linux's SOCK_BINDPORT_LOCK
};

// Whether `program`, from anyone, may be run: each instruction whole and known, all ways forward,
// to the beginning of another or the end. 0; EINVAL; EPERM: looks at marks, which takes an admin.
int verify(ConstBytes program, bool is_admin);
// Of one that was verified; an empty one takes everything.
bool matches(ConstBytes program, const BytecodeSubject& subject);

}  // namespace tapstack::shim::netlink::diag
