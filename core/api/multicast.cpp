#include "api/multicast.h"

#include "stack/call.h"

namespace tapstack::api {

Status join_group(Stack& stack, Instant now, SocketId id, const GroupRequest& request) {
  return socket::join_group(Call(stack, now), id, request);
}

Status leave_group(Stack& stack, Instant now, SocketId id, const GroupRequest& request) {
  return socket::leave_group(Call(stack, now), id, request);
}

Status join_source(Stack& stack, Instant now, SocketId id, const GroupRequest& request,
                   const IpAddress& source) {
  return socket::join_source(Call(stack, now), id, request, source);
}

Status leave_source(Stack& stack, Instant now, SocketId id, const GroupRequest& request,
                    const IpAddress& source) {
  return socket::leave_source(Call(stack, now), id, request, source);
}

Status block_source(Stack& stack, Instant now, SocketId id, const GroupRequest& request,
                    const IpAddress& source) {
  return socket::block_source(Call(stack, now), id, request, source);
}

Status unblock_source(Stack& stack, Instant now, SocketId id, const GroupRequest& request,
                      const IpAddress& source) {
  return socket::unblock_source(Call(stack, now), id, request, source);
}

Status set_source_filter(Stack& stack, Instant now, SocketId id, const GroupRequest& request,
                         FilterMode mode, std::span<const IpAddress> sources) {
  return socket::set_source_filter(Call(stack, now), id, request, mode, sources);
}

Result<SourceFilter> source_filter(const Stack& stack, SocketId id, const GroupRequest& request,
                                   std::span<IpAddress> sources) {
  return socket::source_filter(stack.view(), id, request, stack.last_now(), sources);
}

Result<JoinedGroup> group_at(const Stack& stack, size_t n) {
  for (const net::Group& group : stack.layers().network.parts().groups.groups()) {
    if (group.is_wanted() && n-- == 0) return JoinedGroup{group.key.interface, group.key.group};
  }
  return Error::kNoEntry;
}

}  // namespace tapstack::api
