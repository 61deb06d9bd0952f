// RTM_*ROUTE: routes.
#pragma once

#include "shim/netlink/family.h"
#include "shim/netlink/route/route_facts.h"

namespace tapstack::shim::netlink::route {

// Writes them as a message of type RTM_NEWROUTE or RTM_DELROUTE. False: it did not fit.
bool write_route(Writer& out, uint16_t type, const Works& works, const RouteFacts& facts);

int get_route(Call& call, const Message& request);  // `ip route get`
int dump_routes(Call& call, const Message& request, Cursor& at);
int new_route(Call& call, const Message& request);
int delete_route(Call& call, const Message& request);

}  // namespace tapstack::shim::netlink::route
