// Multicast groups of a socket and its source filters, as RFC 3678 has them. Who listens to what is
// kept by net::Groups; here is what Linux answers to which call.
#pragma once

#include <span>

#include "net/groups.h"
#include "socket/layers.h"
#include "socket/queries.h"
#include "socket/socket.h"
#include "util/result.h"

namespace tapstack::socket {

using net::FilterMode;

// A group as a program names it; interface 0: where packets to it would leave, or where the socket
// has joined it already.
struct GroupRequest {
  IpAddress group;
  InterfaceId interface;
};

// Errors of all: kBadHandle, kInvalid (no multicast address), kNoDevice, kProtocol (TCP).
// kAddressInUse (joined already), kNoBuffers.
Status join_group(Environment env, SocketId id, const GroupRequest& request);
// kAddressNotAvailable: not joined.
Status leave_group(Environment env, SocketId id, const GroupRequest& request);
// To listen to `source` alone, or to one more. kAddressNotAvailable (does already), kInvalid (the
// group was joined for all sources), kNoBuffers.
Status join_source(Environment env, SocketId id, const GroupRequest& request,
                   const IpAddress& source);
// With the last source the group is left. kAddressNotAvailable, kInvalid likewise.
Status leave_source(Environment env, SocketId id, const GroupRequest& request,
                    const IpAddress& source);
// No longer to listen to `source`, and again to. kInvalid (the group was not joined, or for single
// sources only), kAddressNotAvailable (is so already), kNoBuffers.
Status block_source(Environment env, SocketId id, const GroupRequest& request,
                    const IpAddress& source);
Status unblock_source(Environment env, SocketId id, const GroupRequest& request,
                      const IpAddress& source);
// Replaces the filter of a group; kInclude without sources leaves it. kAddressNotAvailable (not
// joined), kNoBuffers.
Status set_source_filter(Environment env, SocketId id, const GroupRequest& request, FilterMode mode,
                         std::span<const IpAddress> sources);

struct SourceFilter {
  FilterMode mode = FilterMode::kInclude;
  size_t count = 0;  // sources there are; as many as fit were written
};
// kAddressNotAvailable: not joined.
Result<SourceFilter> source_filter(View view, SocketId id, const GroupRequest& request, Instant now,
                                   std::span<IpAddress> sources);
// The socket is closed.
void leave_all_groups(Environment env, SocketId id);

}  // namespace tapstack::socket
