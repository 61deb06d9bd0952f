// The files of /proc/net that tell of the stack, each written as Linux writes it. Every function
// answers 0 or the errno with which there is no stack to tell of.
#pragma once

#include "shim/proc/text.h"

namespace tapstack::shim::proc {

// Sockets: socket_tables.cpp.
int write_tcp(Text& text);
int write_tcp6(Text& text);
int write_udp(Text& text);
int write_udp6(Text& text);
int write_udplite(Text& text);
int write_udplite6(Text& text);
int write_raw(Text& text);
int write_raw6(Text& text);
int write_icmp(Text& text);
int write_icmp6(Text& text);
int write_unix(Text& text);  // the kernel's, without the pairs behind the stack's sockets
int write_sockstat(Text& text);
int write_sockstat6(Text& text);

// Sockets of other kinds, and how many there are of each: protocol_tables.cpp.
int write_packet(Text& text);
int write_netlink(Text& text);
int write_protocols(Text& text);  // the kernel's, with the stack's numbers of sockets

// Interfaces and their addresses: interface_tables.cpp.
int write_dev(Text& text);
int write_if_inet6(Text& text);

// Routes and neighbours: route_tables.cpp.
int write_route(Text& text);
int write_ipv6_route(Text& text);
int write_rt_cache(Text& text);
int write_arp(Text& text);

// Multicast groups: group_tables.cpp.
int write_igmp(Text& text);
int write_igmp6(Text& text);
int write_dev_mcast(Text& text);
int write_mcfilter(Text& text);
int write_mcfilter6(Text& text);

// Counters: counter_tables.cpp.
int write_snmp(Text& text);
int write_snmp6(Text& text);
int write_netstat(Text& text);

}  // namespace tapstack::shim::proc
