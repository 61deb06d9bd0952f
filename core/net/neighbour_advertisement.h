// Neighbour Advertisements that came in: RFC 4861 7.1.2, 7.2.5; RFC 4862 5.4.4.
#pragma once

#include "net/nd_message.h"

namespace tapstack::net {

void neighbour_advertisement_input(Context& ctx, Parts& parts, const NdReceived& message);

}  // namespace tapstack::net
