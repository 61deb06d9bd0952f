// The tables of the network layer, as its functions are handed them. No part knows another.
#pragma once

#include "link/filter_table.h"
#include "link/interface_table.h"
#include "link/neighbour_cache.h"
#include "net/dns_facts.h"
#include "net/group_querier.h"
#include "net/groups.h"
#include "net/icmp_error.h"
#include "net/icmp_limiter.h"
#include "net/identification.h"
#include "net/ip6_link.h"
#include "net/path_mtu_cache.h"
#include "net/prefix_advertisers.h"
#include "net/reassembly.h"
#include "net/route_table.h"

namespace tapstack::net {

struct Parts {
  explicit Parts(const SecretKey& key)
      : neighbours(key), path_mtus(key), identification(key), flow_key(key) {}

  link::InterfaceTable interfaces;
  link::NeighbourCache neighbours;
  [[no_unique_address]] link::Filters filters;  // of sockets
  RouteTable routes;
  Reassembly reassembly;
  PathMtuCache path_mtus;
  Groups groups;
  GroupQueriers group_queriers{};
  Ip6Links links;
  PrefixAdvertisers prefix_advertisers;
  DnsFacts dns;
  IcmpLimiter icmp_limiter;
  Identification identification;
  SecretKey flow_key;      // of IPv6 flow labels
  IcmpError error;         // the last one received
  bool has_error = false;  // and not yet taken
};

}  // namespace tapstack::net
