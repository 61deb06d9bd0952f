// Questions about sockets that stay with the kernel (AF_UNIX, AF_VSOCK ...) are put to it, and its
// answers passed on: ss asks about all kinds over one socket.
#pragma once

#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::diag {

// As Family::serve.
int ask_kernel(Call& call, const Message& request);
// As Family::dump, of a dump that ask_kernel() began.
int pass_kernel_answer(Call& call, const Message& request, Cursor& at);

}  // namespace tapstack::shim::netlink::diag
