#include "shim/netlink/route/operations.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "shim/netlink/route/address.h"
#include "shim/netlink/route/fixed_tables.h"
#include "shim/netlink/route/link.h"
#include "shim/netlink/route/multicast.h"
#include "shim/netlink/route/neighbour.h"
#include "shim/netlink/route/routes.h"

namespace tapstack::shim::netlink::route {
namespace {

constexpr Operation kOperations[] = {
    {RTM_GETLINK, AF_UNSPEC, get_link, dump_links},
    {RTM_NEWLINK, AF_UNSPEC, new_link, nullptr},
    {RTM_SETLINK, AF_UNSPEC, set_link, nullptr},
    {RTM_DELLINK, AF_UNSPEC, delete_link, nullptr},
    {RTM_NEWADDR, AF_UNSPEC, new_address, nullptr},
    {RTM_DELADDR, AF_UNSPEC, delete_address, nullptr},
    {RTM_NEWROUTE, AF_UNSPEC, new_route, nullptr},
    {RTM_DELROUTE, AF_UNSPEC, delete_route, nullptr},
    {RTM_NEWNEIGH, AF_UNSPEC, new_neighbour, nullptr},
    {RTM_DELNEIGH, AF_UNSPEC, delete_neighbour, nullptr},
    {RTM_GETLINK, AF_BRIDGE, nullptr, dump_nothing},
    {RTM_GETADDR, AF_UNSPEC, nullptr, dump_addresses},
    {RTM_GETROUTE, AF_UNSPEC, nullptr, dump_routes},
    {RTM_GETROUTE, AF_INET, get_route, dump_routes},
    {RTM_GETROUTE, AF_INET6, get_route, dump_routes},
    {RTM_GETROUTE, RTNL_FAMILY_IPMR, nullptr, dump_nothing},
    {RTM_GETROUTE, RTNL_FAMILY_IP6MR, nullptr, dump_nothing},
    {RTM_GETNEIGH, AF_UNSPEC, get_neighbour, dump_neighbours},
    {RTM_GETNEIGH, AF_BRIDGE, nullptr, dump_nothing},
    {RTM_GETRULE, AF_UNSPEC, nullptr, dump_rules},
    {RTM_GETADDRLABEL, AF_INET6, nullptr, dump_address_labels},
    {RTM_GETQDISC, AF_UNSPEC, nullptr, dump_queues},
    {RTM_GETTCLASS, AF_UNSPEC, nullptr, dump_nothing},
    {RTM_GETTFILTER, AF_UNSPEC, nullptr, dump_nothing},
    {RTM_GETNETCONF, AF_UNSPEC, nullptr, dump_configurations},
    {RTM_GETNETCONF, AF_INET, get_configuration, dump_configurations},
    {RTM_GETNETCONF, AF_INET6, get_configuration, dump_configurations},
    {RTM_GETMULTICAST, AF_UNSPEC, nullptr, dump_groups},
    {RTM_GETNEIGHTBL, AF_UNSPEC, nullptr, dump_neighbour_tables},
    {RTM_GETNSID, AF_UNSPEC, get_namespace, dump_nothing},
    {RTM_GETSTATS, AF_UNSPEC, get_statistics, dump_statistics},
    {RTM_GETNEXTHOP, AF_UNSPEC, nullptr, dump_nothing},
    {RTM_GETVLAN, AF_BRIDGE, nullptr, dump_nothing},
};

}  // namespace

const Operation* find_operation(uint16_t type, uint8_t family) {
  const Operation* general = nullptr;
  for (const Operation& operation : kOperations) {
    if (operation.type != type) continue;
    if (operation.family == family) return &operation;
    if (operation.family == AF_UNSPEC) general = &operation;
  }
  return general;
}

}  // namespace tapstack::shim::netlink::route
