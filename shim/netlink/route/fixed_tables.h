// Tables of rtnetlink that say the same all the time here: rules, labels of addresses, queues, what
// interfaces are configured to forward, limits of the neighbour tables; and those that are empty.
#pragma once

#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::route {

int dump_rules(Call& call, const Message& request, Cursor& at);
int dump_address_labels(Call& call, const Message& request, Cursor& at);
int dump_queues(Call& call, const Message& request, Cursor& at);  // `tc qdisc`
int get_configuration(Call& call, const Message& request);        // RTM_GETNETCONF
int dump_configurations(Call& call, const Message& request, Cursor& at);
int dump_neighbour_tables(Call& call, const Message& request, Cursor& at);
int get_namespace(Call& call, const Message& request);
int dump_nothing(Call& call, const Message& request, Cursor& at);
// Statistics by RTM_GETSTATS.
int get_statistics(Call& call, const Message& request);
int dump_statistics(Call& call, const Message& request, Cursor& at);

}  // namespace tapstack::shim::netlink::route
