// Which way a packet goes, and with which source address.
#pragma once

#include "net/parts.h"
#include "net/route.h"
#include "net/source_selection.h"
#include "util/result.h"

namespace tapstack::net {

struct RouteQuery {
  IpAddress destination;
  IpAddress source;   // no family or any: to be chosen
  InterfaceId bound;  // 0: any interface
  SourcePreference preference = SourcePreference::kNone;
};

// The route to query.destination. Strong host model (RFC 1122 3.3.4.2): packets leave by the
// interface that owns their source address. Errors: see Network::route().
Result<Route> find_route(const Parts& parts, const RouteQuery& query, Instant now);

}  // namespace tapstack::net
