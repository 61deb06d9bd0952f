// Requests about multicast groups of a socket.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/api/multicast.h"
#include "shim/common/errno_map.h"
#include "shim/engine/requests.h"

namespace tapstack::shim {
namespace {

// The addresses in a request's payload.
struct Sources {
  IpAddress list[GroupFilter::kSourcesMax];
  size_t count = 0;
};

bool read_sources(const Request& request, Sources& sources) {
  if (request.payload_bytes > sizeof sources.list) return false;
  std::memcpy(sources.list, request.payload, request.payload_bytes);
  sources.count = request.payload_bytes / sizeof(IpAddress);
  return true;
}

api::GroupRequest group_of(const Request& request) {
  return {request.endpoint.address, InterfaceId{static_cast<uint8_t>(request.args[1])}};
}

}  // namespace

int change_group(Works& works, Slot& slot, const Request& request) {
  Sources sources;
  if (!read_sources(request, sources)) return EPROTO;
  const api::GroupRequest group = group_of(request);
  const IpAddress& source = sources.list[0];
  const auto call = [&](auto change, const auto&... more) {
    return to_errno(change(works.stack, works.now, slot.id, group, more...).error());
  };
  switch (static_cast<GroupCall>(request.args[0])) {
    case GroupCall::kJoin:
      return call(api::join_group);
    case GroupCall::kLeave:
      return call(api::leave_group);
    case GroupCall::kJoinSource:
      return call(api::join_source, source);
    case GroupCall::kLeaveSource:
      return call(api::leave_source, source);
    case GroupCall::kBlockSource:
      return call(api::block_source, source);
    case GroupCall::kUnblockSource:
      return call(api::unblock_source, source);
    case GroupCall::kFilterInclude:
    case GroupCall::kFilterExclude: {
      const bool is_exclude = request.args[0] == static_cast<int64_t>(GroupCall::kFilterExclude);
      const auto mode = is_exclude ? api::FilterMode::kExclude : api::FilterMode::kInclude;
      return call(api::set_source_filter, mode,
                  std::span<const IpAddress>(sources.list, sources.count));
    }
  }
  return EPROTO;
}

int report_group_filter(Works& works, Slot& slot, const Request& request, Reply& reply) {
  GroupFilter filter;
  const auto found = api::source_filter(works.stack, slot.id, group_of(request), filter.sources);
  if (!found.ok()) return to_errno(found.error());
  filter.is_exclude = found->mode == api::FilterMode::kExclude;
  filter.count = static_cast<uint32_t>(found->count);
  return answer(reply, filter);
}

}  // namespace tapstack::shim
