#include "shim/hooks/group_options.h"

#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "shim/common/address.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/devices.h"

namespace tapstack::shim {
namespace {

// The fixed part of a program's structure. EINVAL when it is shorter, as Linux says.
template <class T>
int read_value(T& to, const void* value, socklen_t length, size_t bytes = sizeof(T)) {
  if (length < bytes) return EINVAL;
  if (value == nullptr) return EFAULT;
  std::memcpy(&to, value, std::min<size_t>(length, sizeof to));
  return 0;
}

// A group as an option names it.
struct Group {
  IpAddress address;
  int64_t interface = 0;
};

Request request_about(Op op, SlotId id, const Group& group) {
  Request request = ask::about(op, id);
  request.endpoint.address = group.address;
  request.args[1] = group.interface;
  return request;
}

int change(SlotId id, GroupCall what, const Group& group, const IpAddress* sources = nullptr,
           size_t count = 0) {
  Request request = request_about(Op::kGroup, id, group);
  request.args[0] = static_cast<int64_t>(what);
  request.payload_bytes = static_cast<uint16_t>(count * sizeof *sources);
  if (count > 0) std::memcpy(request.payload, sources, request.payload_bytes);
  Reply reply;
  return ask::call(request, reply);
}

// An interface named by one of its addresses: ENODEV when none has it.
int by_address(in_addr address, int64_t& number) {
  if (address.s_addr == INADDR_ANY) return 0;
  InterfaceRecord record;
  number = interface_with(address, record);
  return number == 0 ? ENODEV : 0;
}

int change_member4(SlotId id, GroupCall what, const void* value, socklen_t length) {
  ip_mreqn in{};
  if (const int error = read_value(in, value, length, sizeof(ip_mreq)); error != 0) return error;
  Group group{address_from_network_order(in.imr_multiaddr.s_addr), in.imr_ifindex};
  if (group.interface == 0) {
    if (const int error = by_address(in.imr_address, group.interface); error != 0) return error;
  }
  return change(id, what, group);
}

int change_source4(SlotId id, GroupCall what, const void* value, socklen_t length) {
  ip_mreq_source in{};
  if (length != sizeof in) return EINVAL;
  if (const int error = read_value(in, value, length); error != 0) return error;
  Group group{address_from_network_order(in.imr_multiaddr.s_addr), 0};
  if (const int error = by_address(in.imr_interface, group.interface); error != 0) return error;
  const IpAddress source = address_from_network_order(in.imr_sourceaddr.s_addr);
  return change(id, what, group, &source, 1);
}

int change_member6(SlotId id, GroupCall what, const void* value, socklen_t length) {
  ipv6_mreq in{};
  if (const int error = read_value(in, value, length); error != 0) return error;
  const Group group{address_from_in6(in.ipv6mr_multiaddr, in.ipv6mr_interface),
                    in.ipv6mr_interface};
  if (!group.address.is_ip6()) return EINVAL;
  return change(id, what, group);
}

// An address of the level's own family; nothing for another.
std::optional<IpAddress> address_in(int level, const sockaddr_storage& storage,
                                    uint32_t interface) {
  if (level == IPPROTO_IP && storage.ss_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, &storage, sizeof in);
    return address_from_network_order(in.sin_addr.s_addr);
  }
  if (level == IPPROTO_IPV6 && storage.ss_family == AF_INET6) {
    sockaddr_in6 in;
    std::memcpy(&in, &storage, sizeof in);
    const IpAddress address = address_from_in6(in.sin6_addr, interface);
    if (address.is_ip6()) return address;
  }
  return std::nullopt;
}

int change_member(SlotId id, int level, GroupCall what, const void* value, socklen_t length) {
  group_req in{};
  if (const int error = read_value(in, value, length); error != 0) return error;
  const auto group = address_in(level, in.gr_group, in.gr_interface);
  if (!group) return EINVAL;
  return change(id, what, {*group, in.gr_interface});
}

int change_source(SlotId id, int level, GroupCall what, const void* value, socklen_t length) {
  group_source_req in{};
  if (const int error = read_value(in, value, length); error != 0) return error;
  const auto group = address_in(level, in.gsr_group, in.gsr_interface);
  const auto source = address_in(level, in.gsr_source, in.gsr_interface);
  if (!group || !source) return EADDRNOTAVAIL;
  return change(id, what, {*group, in.gsr_interface}, &*source, 1);
}

// Of Linux's modes; EINVAL for others.
int filter_call(uint32_t mode, GroupCall& call) {
  if (mode != MCAST_INCLUDE && mode != MCAST_EXCLUDE) return EINVAL;
  call = mode == MCAST_INCLUDE ? GroupCall::kFilterInclude : GroupCall::kFilterExclude;
  return 0;
}

int set_filter4(SlotId id, const void* value, socklen_t length) {
  ip_msfilter in{};
  if (const int error = read_value(in, value, length, IP_MSFILTER_SIZE(0)); error != 0)
    return error;
  const size_t count = in.imsf_numsrc;
  if (count > GroupFilter::kSourcesMax) return ENOBUFS;
  if (length < IP_MSFILTER_SIZE(count)) return EINVAL;
  GroupCall call;
  if (const int error = filter_call(in.imsf_fmode, call); error != 0) return error;
  Group group{address_from_network_order(in.imsf_multiaddr.s_addr), 0};
  if (const int error = by_address(in.imsf_interface, group.interface); error != 0) return error;
  IpAddress sources[GroupFilter::kSourcesMax];
  for (size_t i = 0; i < count; ++i) {
    in_addr source;
    const auto* const at = static_cast<const uint8_t*>(value) + IP_MSFILTER_SIZE(i);
    std::memcpy(&source, at, sizeof source);
    sources[i] = address_from_network_order(source.s_addr);
  }
  return change(id, call, group, sources, count);
}

int set_filter(SlotId id, int level, const void* value, socklen_t length) {
  group_filter in{};
  if (const int error = read_value(in, value, length, GROUP_FILTER_SIZE(0)); error != 0)
    return error;
  const size_t count = in.gf_numsrc;
  if (count > GroupFilter::kSourcesMax) return ENOBUFS;
  if (length < GROUP_FILTER_SIZE(count)) return EINVAL;
  GroupCall call;
  if (const int error = filter_call(in.gf_fmode, call); error != 0) return error;
  const auto group = address_in(level, in.gf_group, in.gf_interface);
  if (!group) return EINVAL;
  IpAddress sources[GroupFilter::kSourcesMax];
  for (size_t i = 0; i < count; ++i) {
    sockaddr_storage source;
    const auto* const at = static_cast<const uint8_t*>(value) + GROUP_FILTER_SIZE(i);
    std::memcpy(&source, at, sizeof source);
    const auto address = address_in(level, source, in.gf_interface);
    if (!address) return EADDRNOTAVAIL;
    sources[i] = *address;
  }
  return change(id, call, {*group, in.gf_interface}, sources, count);
}

int filter_of(SlotId id, const Group& group, GroupFilter& filter) {
  Reply reply;
  if (const int error = ask::call(request_about(Op::kGroupFilter, id, group), reply)) return error;
  std::memcpy(&filter, reply.payload, sizeof filter);
  return 0;
}

int get_filter4(SlotId id, void* value, socklen_t* length) {
  ip_msfilter in{};
  if (const int error = read_value(in, value, *length, IP_MSFILTER_SIZE(0)); error != 0)
    return error;
  Group group{address_from_network_order(in.imsf_multiaddr.s_addr), 0};
  if (const int error = by_address(in.imsf_interface, group.interface); error != 0) return error;
  GroupFilter filter;
  if (const int error = filter_of(id, group, filter); error != 0) return error;
  const size_t room = (*length - IP_MSFILTER_SIZE(0)) / sizeof(in_addr);
  const size_t told =
      std::min<size_t>({in.imsf_numsrc, room, filter.count, GroupFilter::kSourcesMax});
  in.imsf_fmode = filter.is_exclude ? MCAST_EXCLUDE : MCAST_INCLUDE;
  in.imsf_numsrc = filter.count;
  std::memcpy(value, &in, IP_MSFILTER_SIZE(0));
  for (size_t i = 0; i < told; ++i) {
    const in_addr source{network_order(filter.sources[i])};
    std::memcpy(static_cast<uint8_t*>(value) + IP_MSFILTER_SIZE(i), &source, sizeof source);
  }
  *length = static_cast<socklen_t>(IP_MSFILTER_SIZE(told));
  return 0;
}

int get_filter(SlotId id, int level, void* value, socklen_t* length) {
  group_filter in{};
  if (const int error = read_value(in, value, *length, GROUP_FILTER_SIZE(0)); error != 0)
    return error;
  const auto group = address_in(level, in.gf_group, in.gf_interface);
  if (!group) return EINVAL;
  GroupFilter filter;
  if (const int error = filter_of(id, {*group, in.gf_interface}, filter); error != 0) return error;
  const size_t room = (*length - GROUP_FILTER_SIZE(0)) / sizeof(sockaddr_storage);
  const size_t told =
      std::min<size_t>({in.gf_numsrc, room, filter.count, GroupFilter::kSourcesMax});
  in.gf_fmode = filter.is_exclude ? MCAST_EXCLUDE : MCAST_INCLUDE;
  in.gf_numsrc = filter.count;
  std::memcpy(value, &in, GROUP_FILTER_SIZE(0));
  const Family family = level == IPPROTO_IPV6 ? Family::kIp6 : Family::kIp4;
  for (size_t i = 0; i < told; ++i) {
    sockaddr_storage source{};
    socklen_t bytes = sizeof source;
    endpoint_to(family, Endpoint{filter.sources[i], Port{}}, reinterpret_cast<sockaddr*>(&source),
                &bytes);
    std::memcpy(static_cast<uint8_t*>(value) + GROUP_FILTER_SIZE(i), &source, sizeof source);
  }
  *length = static_cast<socklen_t>(GROUP_FILTER_SIZE(told));
  return 0;
}

// IP_MULTICAST_IF takes an in_addr, an ip_mreq or an ip_mreqn (do_ip_setsockopt).
int set_interface4(SlotId id, const void* value, socklen_t length) {
  ip_mreqn in{};
  if (value == nullptr && length >= sizeof(in_addr)) return EFAULT;
  if (length >= sizeof(ip_mreq)) {
    std::memcpy(&in, value, std::min<size_t>(length, sizeof in));
  } else if (length >= sizeof(in_addr)) {
    std::memcpy(&in.imr_address, value, sizeof in.imr_address);
  } else {
    return EINVAL;
  }
  int64_t number = in.imr_ifindex;
  if (number == 0 && by_address(in.imr_address, number) != 0) return EADDRNOTAVAIL;
  const int error = ask::set_option(id, Option::kMulticastInterface, number);
  return error == ENODEV ? EADDRNOTAVAIL : error;
}

int get_interface4(SlotId id, void* value, socklen_t* length) {
  int64_t number = 0;
  const int error = ask::get_option(id, Option::kMulticastInterface, number);
  if (error != 0) return error;
  in_addr address{INADDR_ANY};
  InterfaceRecord record;
  if (number != 0 && interface_numbered(static_cast<unsigned>(number), record)) {
    for (size_t i = 0; i < record.address_count && address.s_addr == INADDR_ANY; ++i) {
      const IpAddress& own = record.addresses[i].address;
      if (own.is_ip4()) address.s_addr = network_order(own);
    }
  }
  *length = std::min<socklen_t>(*length, sizeof address);
  if (*length > 0 && value == nullptr) return EFAULT;
  if (*length > 0) std::memcpy(value, &address, *length);
  return 0;
}

// What a name at IP level or IPv6 level does to a group; nothing for a name that is none of these.
struct CallRow {
  int name;
  GroupCall call;
  bool has_source;
};

constexpr CallRow kMcast[] = {{MCAST_JOIN_GROUP, GroupCall::kJoin, false},
                              {MCAST_LEAVE_GROUP, GroupCall::kLeave, false},
                              {MCAST_JOIN_SOURCE_GROUP, GroupCall::kJoinSource, true},
                              {MCAST_LEAVE_SOURCE_GROUP, GroupCall::kLeaveSource, true},
                              {MCAST_BLOCK_SOURCE, GroupCall::kBlockSource, true},
                              {MCAST_UNBLOCK_SOURCE, GroupCall::kUnblockSource, true}};
constexpr CallRow kIp4[] = {{IP_ADD_MEMBERSHIP, GroupCall::kJoin, false},
                            {IP_DROP_MEMBERSHIP, GroupCall::kLeave, false},
                            {IP_ADD_SOURCE_MEMBERSHIP, GroupCall::kJoinSource, true},
                            {IP_DROP_SOURCE_MEMBERSHIP, GroupCall::kLeaveSource, true},
                            {IP_BLOCK_SOURCE, GroupCall::kBlockSource, true},
                            {IP_UNBLOCK_SOURCE, GroupCall::kUnblockSource, true}};
constexpr CallRow kIp6[] = {{IPV6_JOIN_GROUP, GroupCall::kJoin, false},
                            {IPV6_LEAVE_GROUP, GroupCall::kLeave, false}};

template <size_t N>
const CallRow* row_of(const CallRow (&rows)[N], int name) {
  for (const CallRow& row : rows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace

bool is_group_option(int level, int name) {
  if (level != IPPROTO_IP && level != IPPROTO_IPV6) return false;
  if (row_of(kMcast, name) != nullptr || name == MCAST_MSFILTER) return true;
  if (level == IPPROTO_IPV6) return row_of(kIp6, name) != nullptr;
  return row_of(kIp4, name) != nullptr || name == IP_MSFILTER || name == IP_MULTICAST_IF;
}

int set_group_option(const Handle& handle, int level, int name, const void* value,
                     socklen_t length) {
  const SlotId id = handle.id;
  if (level == IPPROTO_IPV6 && !handle.is_ip6) return ENOPROTOOPT;
  if (name == MCAST_MSFILTER) return set_filter(id, level, value, length);
  if (const CallRow* row = row_of(kMcast, name)) {
    return row->has_source ? change_source(id, level, row->call, value, length)
                           : change_member(id, level, row->call, value, length);
  }
  if (level == IPPROTO_IPV6) return change_member6(id, row_of(kIp6, name)->call, value, length);
  if (name == IP_MSFILTER) return set_filter4(id, value, length);
  if (name == IP_MULTICAST_IF) return set_interface4(id, value, length);
  const CallRow* row = row_of(kIp4, name);
  return row->has_source ? change_source4(id, row->call, value, length)
                         : change_member4(id, row->call, value, length);
}

int get_group_option(const Handle& handle, int level, int name, void* value, socklen_t* length) {
  if (level == IPPROTO_IPV6 && !handle.is_ip6) return EOPNOTSUPP;
  if (name == MCAST_MSFILTER) return get_filter(handle.id, level, value, length);
  if (level == IPPROTO_IP && name == IP_MSFILTER) return get_filter4(handle.id, value, length);
  if (level == IPPROTO_IP && name == IP_MULTICAST_IF) {
    return get_interface4(handle.id, value, length);
  }
  return ENOPROTOOPT;
}

}  // namespace tapstack::shim
