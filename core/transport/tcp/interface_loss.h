// An interface that is gone for good takes its connections with it.
#pragma once

#include "link/context.h"
#include "transport/tcp/tables.h"

namespace tapstack::transport::tcp {

// Ends every connection whose segments go out by `interface`, with `error` for the program and
// without a RST, which nobody would get. An interface that is only down is another matter: there
// connections wait for it (RFC 1122 4.2.3.5). Walks all connections: not for the path of a packet.
void end_connections_on(Tables& tables, Context& ctx, InterfaceId interface, Error error);

}  // namespace tapstack::transport::tcp
