// Multicast: groups that sockets listen to, and from which sources (RFC 1112, RFC 3678). Routers
// are told by IGMPv3 (RFC 3376) and MLDv2 (RFC 3810). UDP, ping and raw sockets; others: kProtocol.
//
// `interface` 0: for joining, the interface that a packet to the group would leave by; for all
// else where the socket has joined it. Errors of all: kBadHandle, kInvalid (no multicast address),
// kNoDevice.
#pragma once

#include "api/types.h"
#include "socket/memberships.h"

namespace tapstack {
class Stack;
}

namespace tapstack::api {

using socket::FilterMode;
using socket::GroupRequest;
using socket::SourceFilter;

// To all sources. kAddressInUse (joined already), kNoBuffers.
Status join_group(Stack& stack, Instant now, SocketId id, const GroupRequest& request);
// kAddressNotAvailable: not joined.
Status leave_group(Stack& stack, Instant now, SocketId id, const GroupRequest& request);
// To one source more, of those that were named. kAddressNotAvailable (named already), kInvalid
// (joined for all sources), kNoBuffers.
Status join_source(Stack& stack, Instant now, SocketId id, const GroupRequest& request,
                   const IpAddress& source);
// With the last source the group is left.
Status leave_source(Stack& stack, Instant now, SocketId id, const GroupRequest& request,
                    const IpAddress& source);
// To all but one source more, or less. kInvalid (not joined, or for single sources only),
// kAddressNotAvailable (is so already), kNoBuffers.
Status block_source(Stack& stack, Instant now, SocketId id, const GroupRequest& request,
                    const IpAddress& source);
Status unblock_source(Stack& stack, Instant now, SocketId id, const GroupRequest& request,
                      const IpAddress& source);
// Replaces the filter; kInclude without sources leaves the group. kAddressNotAvailable (not
// joined), kNoBuffers (too many sources).
Status set_source_filter(Stack& stack, Instant now, SocketId id, const GroupRequest& request,
                         FilterMode mode, std::span<const IpAddress> sources);
// Writes as many sources as fit. kAddressNotAvailable: not joined.
Result<SourceFilter> source_filter(const Stack& stack, SocketId id, const GroupRequest& request,
                                   std::span<IpAddress> sources);

// A group that a socket of this host, or the stack itself, listens to on an interface. Of those
// that all hosts are in nothing is said here: 224.0.0.1 (RFC 1112 4), ff02::1 and ff01::1 (RFC 4291
// 2.8).
struct JoinedGroup {
  InterfaceId interface;
  IpAddress group;
};
// The n-th, from 0; kNoEntry past the last.
Result<JoinedGroup> group_at(const Stack& stack, size_t n);

}  // namespace tapstack::api
