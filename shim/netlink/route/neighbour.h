// RTM_*NEIGH: neighbours and their link-layer addresses.
#pragma once

#include "core/api/interfaces.h"
#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::route {

// Writes it as a message of type RTM_NEWNEIGH or RTM_DELNEIGH. False: it did not fit.
bool write_neighbour(Writer& out, uint16_t type, const Works& works,
                     const api::NeighbourInfo& neighbour);

int get_neighbour(Call& call, const Message& request);
int dump_neighbours(Call& call, const Message& request, Cursor& at);
int new_neighbour(Call& call, const Message& request);
int delete_neighbour(Call& call, const Message& request);

}  // namespace tapstack::shim::netlink::route
