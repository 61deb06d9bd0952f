// What TAPSTACK_LOG=trace prints: a line for every request to the engine, with its result.
#pragma once

#include "shim/common/protocol.h"

namespace tapstack::shim {

// "[1234] connect 3.1 10.10.10.1:80 = EINPROGRESS": the process, the request, the socket's slot and
// generation, the endpoint of request or reply if there is one, and the result. Changes nothing;
// any thread.
void trace_request(const Request& request, const Reply& reply);

}  // namespace tapstack::shim
