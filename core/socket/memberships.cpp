#include "socket/memberships.h"

#include "net/configuration.h"

namespace tapstack::socket {
namespace {

using net::GroupKey;
using net::Groups;

// Link-local groups carry the interface as their zone.
GroupKey key_on(InterfaceId interface, const IpAddress& group) {
  return {interface, group.is_ip6() ? IpAddress(group.ip6(), interface) : group};
}

Status check(const Socket* socket, const IpAddress& group) {
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_tcp() || socket->is_packet()) return Error::kProtocol;
  return group.is_multicast() ? Status() : Status(Error::kInvalid);
}

// The group on the interface that is named, or that a packet to it would leave by.
Result<GroupKey> key_to_join(const Layers& layers, const GroupRequest& request, Instant now) {
  const auto interface =
      net::interface_of_group(layers.network, request.interface, request.group, now);
  if (!interface.ok()) return interface.error();
  return key_on(*interface, request.group);
}

// The group on the interface that is named, or where the socket has joined it.
Result<GroupKey> key_joined(const Layers& layers, SocketId id, const GroupRequest& request,
                            Instant now) {
  const InterfaceId joined = layers.network.parts().groups.interface_of(id.index, request.group);
  if (request.interface.value == 0 && joined.value != 0) return key_on(joined, request.group);
  return key_to_join(layers, request, now);
}

// Calls change(groups, key) on the group that the socket has joined, and tells the routers.
template <class Change>
Status change_joined(Environment env, SocketId id, const GroupRequest& request, Change&& change) {
  const Status usable = check(env.sockets.find(id), request.group);
  if (!usable.ok()) return usable;
  const auto key = key_joined(env.layers, id, request, env.ctx.now);
  if (!key.ok()) return key.error();
  const Status changed = change(env.layers.network.parts().groups, *key);
  if (changed.ok()) net::report_groups(env.ctx, env.layers.network, key->interface);
  return changed;
}

Status join(Environment env, SocketId id, const GroupRequest& request, FilterMode mode,
            const IpAddress& source) {
  const Status usable = check(env.sockets.find(id), request.group);
  if (!usable.ok()) return usable;
  const auto key = key_to_join(env.layers, request, env.ctx.now);
  if (!key.ok()) return key.error();
  Groups& groups = env.layers.network.parts().groups;
  const auto present = groups.mode_of(id.index, *key);
  if (present.ok()) {
    if (mode == FilterMode::kExclude) return Error::kAddressInUse;
    if (*present != mode) return Error::kInvalid;
  } else if (const Status added = groups.add(id.index, *key, mode); !added.ok()) {
    return added;
  }
  if (mode == FilterMode::kInclude) {
    const Status listed = groups.add_source(id.index, *key, source);
    if (!listed.ok()) {
      if (!present.ok()) groups.remove(id.index, *key).ignore();
      return listed;
    }
  }
  net::report_groups(env.ctx, env.layers.network, key->interface);
  return Status();
}

// Of a membership that takes all sources but some (block, unblock). Linux says kInvalid to others.
Status check_exclude(const Groups& groups, SocketId id, const GroupKey& key) {
  const auto mode = groups.mode_of(id.index, key);
  return mode.ok() && *mode == FilterMode::kExclude ? Status() : Status(Error::kInvalid);
}

}  // namespace

Status join_group(Environment env, SocketId id, const GroupRequest& request) {
  return join(env, id, request, FilterMode::kExclude, IpAddress());
}

Status leave_group(Environment env, SocketId id, const GroupRequest& request) {
  return change_joined(env, id, request, [&](Groups& groups, const GroupKey& key) {
    return groups.remove(id.index, key);
  });
}

Status join_source(Environment env, SocketId id, const GroupRequest& request,
                   const IpAddress& source) {
  return join(env, id, request, FilterMode::kInclude, source);
}

Status leave_source(Environment env, SocketId id, const GroupRequest& request,
                    const IpAddress& source) {
  return change_joined(env, id, request, [&](Groups& groups, const GroupKey& key) -> Status {
    const auto mode = groups.mode_of(id.index, key);
    if (!mode.ok() || *mode != FilterMode::kInclude) return Error::kInvalid;
    const Status removed = groups.remove_source(id.index, key, source);
    if (!removed.ok() || groups.sources_of(id.index, key, {}) != 0) return removed;
    return groups.remove(id.index, key);
  });
}

Status block_source(Environment env, SocketId id, const GroupRequest& request,
                    const IpAddress& source) {
  return change_joined(env, id, request, [&](Groups& groups, const GroupKey& key) {
    const Status usable = check_exclude(groups, id, key);
    return usable.ok() ? groups.add_source(id.index, key, source) : usable;
  });
}

Status unblock_source(Environment env, SocketId id, const GroupRequest& request,
                      const IpAddress& source) {
  return change_joined(env, id, request, [&](Groups& groups, const GroupKey& key) {
    const Status usable = check_exclude(groups, id, key);
    return usable.ok() ? groups.remove_source(id.index, key, source) : usable;
  });
}

Status set_source_filter(Environment env, SocketId id, const GroupRequest& request, FilterMode mode,
                         std::span<const IpAddress> sources) {
  return change_joined(env, id, request, [&](Groups& groups, const GroupKey& key) {
    // RFC 3678 3: (INCLUDE, {}) is to leave.
    if (mode == FilterMode::kInclude && sources.empty()) return groups.remove(id.index, key);
    return groups.set_filter(id.index, key, mode, sources);
  });
}

Result<SourceFilter> source_filter(View view, SocketId id, const GroupRequest& request, Instant now,
                                   std::span<IpAddress> sources) {
  const Status usable = check(view.sockets.find(id), request.group);
  if (!usable.ok()) return usable.error();
  const auto key = key_joined(view.layers, id, request, now);
  if (!key.ok()) return key.error();
  const Groups& groups = view.layers.network.parts().groups;
  const auto mode = groups.mode_of(id.index, *key);
  if (!mode.ok()) return mode.error();
  return SourceFilter{*mode, groups.sources_of(id.index, *key, sources)};
}

void leave_all_groups(Environment env, SocketId id) {
  Groups& groups = env.layers.network.parts().groups;
  if (!groups.has_memberships(id.index)) return;
  groups.remove_all(id.index);
  for (const link::Interface& interface : env.layers.network.parts().interfaces.slots()) {
    if (interface.id.value != 0) net::report_groups(env.ctx, env.layers.network, interface.id);
  }
}

}  // namespace tapstack::socket
