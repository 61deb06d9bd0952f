// Router Advertisements that came in: RFC 4861 6.1.2, 6.3.4; RFC 4191; RFC 8106.
#pragma once

#include "net/nd_message.h"

namespace tapstack::net {

// Taken only where the interface configures itself and has a link-local address.
void router_advertisement_input(Context& ctx, Parts& parts, const NdReceived& message);

// Chooses link.reachable at random around the base value.
void draw_reachable_time(Context& ctx, Ip6Link& link);

}  // namespace tapstack::net
