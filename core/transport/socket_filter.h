// SO_ATTACH_FILTER of sockets that have an IP packet for their data.
#pragma once

#include "link/context.h"
#include "link/filter_table.h"
#include "net/network.h"

namespace tapstack::transport {

// Where the data of the filter begins in a packet, and how much of it stays whatever it says.
struct FilterPlace {
  uint32_t begin = 0;
  uint32_t kept_bytes_min = 0;
};

// sk_filter_trim_cap() of Linux: whether the socket wants `packet`, whose IP header is in front;
// what it does not want of it is cut off its end. A link header is out of a filter's reach.
bool passes_socket_filter(Context& ctx, const net::Network& network,
                          const link::SocketFilter& filter, mem::Packet& packet,
                          const FilterPlace& place);

}  // namespace tapstack::transport
