// Redirects that came in: RFC 4861 8.1, 8.3.
#pragma once

#include "net/nd_message.h"

namespace tapstack::net {

void redirect6_input(Context& ctx, Parts& parts, const NdReceived& message);

}  // namespace tapstack::net
