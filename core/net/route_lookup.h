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

// The limited broadcast by `interface`, from 0.0.0.0: how a host without an address asks for one
// (RFC 2131 4.1, RFC 1122 3.2.1.3 (a)). Errors: kNoDevice, kNetworkDown, kInvalid (loopback).
Result<Route> route_without_address(const Parts& parts, InterfaceId interface);

}  // namespace tapstack::net
