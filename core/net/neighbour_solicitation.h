// Neighbour Solicitations that came in: RFC 4861 7.1.1, 7.2.3, 7.2.4; RFC 4862 5.4.3.
#pragma once

#include "net/nd_message.h"

namespace tapstack::net {

void neighbour_solicitation_input(Context& ctx, Parts& parts, const NdReceived& message);

}  // namespace tapstack::net
