// Requests about the stack as a whole.
#include <cerrno>
#include <cstdio>
#include <iterator>

#include "core/api/interfaces.h"
#include "shim/common/errno_map.h"
#include "shim/engine/requests.h"
#include "shim/netlink/route/link.h"

namespace tapstack::shim {
namespace {

// Positions of kCounters from here on are pools.
constexpr size_t kPoolBase = 1u << 20;

// The line of position n, or 0 bytes past the last of its kind.
int line_at(const Stack& stack, size_t n, char* text, size_t size) {
  if (n < kPoolBase) {
    const Result<api::CounterValue> value = api::counter_at(stack, n);
    if (!value.ok()) return 0;
    return std::snprintf(text, size, "%s %llu\n", value->counter.name,
                         static_cast<unsigned long long>(value->counter.value));
  }
  const Result<api::PoolUse> pool = api::pool_at(stack, n - kPoolBase);
  if (!pool.ok()) return 0;
  return std::snprintf(text, size, "pool.%s.used %zu\npool.%s.capacity %zu\n", pool->name,
                       pool->used, pool->name, pool->capacity);
}

// The length of the prefix that an own address was added with; 0 for none of ours.
uint8_t prefix_length_of(const Stack& stack, const IpAddress& own) {
  for (size_t i = 0;; ++i) {
    const Result<api::InterfaceInfo> info = api::interface_at(stack, i);
    if (!info.ok()) return 0;
    for (size_t k = 0;; ++k) {
      const Result<Prefix> address = api::address_at(stack, info->id, k);
      if (!address.ok()) break;
      if (address->address == own) return address->length;
    }
  }
}

}  // namespace

// Connecting a datagram socket chooses the source and sends nothing.
int report_source(Works& works, const Endpoint& to, Reply& reply) {
  const Result<SocketId> id =
      api::open(works.stack, works.now, to.address.family(), SocketKind::kUdp, 0);
  if (!id.ok()) return to_errno(id.error());
  const Status connected = api::connect(works.stack, works.now, *id, to);
  const Result<Endpoint> local = api::local_endpoint(works.stack, *id);
  api::close(works.stack, works.now, *id).ignore();
  if (!connected.ok()) return to_errno(connected.error());
  if (!local.ok()) return to_errno(local.error());
  reply.endpoint = *local;
  reply.value = prefix_length_of(works.stack, local->address);
  return 0;
}

int report_interface(Works& works, size_t n, Reply& reply) {
  const Result<api::InterfaceInfo> info = api::interface_at(works.stack, n);
  if (!info.ok()) return to_errno(info.error());
  InterfaceRecord record;
  record.id = info->id.value;
  std::memcpy(record.name, info->settings.name, sizeof record.name);
  std::memcpy(record.mac, info->settings.mac.octets.data(), sizeof record.mac);
  record.mtu = info->settings.mtu_bytes;
  record.flags = netlink::route::link_facts(works, *info).flags;
  while (record.address_count < std::size(record.addresses)) {
    const Result<Prefix> address = api::address_at(works.stack, info->id, record.address_count);
    if (!address.ok()) break;
    record.addresses[record.address_count++] = *address;
  }
  const api::InterfaceCounters& c = info->counters;
  record.in_frames = c.in_frames;
  record.in_bytes = c.in_bytes;
  record.in_errors = c.in_errors;
  record.in_dropped = c.in_dropped;
  record.out_frames = c.out_frames;
  record.out_bytes = c.out_bytes;
  record.out_errors = c.out_errors;
  record.out_dropped = c.out_dropped;
  return answer(reply, record);
}

int report_counters(Works& works, size_t first, Reply& reply) {
  size_t n = first;
  size_t used = 0;
  while (true) {
    char* const to = reinterpret_cast<char*>(reply.payload) + used;
    const size_t room = sizeof reply.payload - used;
    const int length = line_at(works.stack, n, to, room);
    if (length <= 0 && n < kPoolBase) {
      n = kPoolBase;
      continue;
    }
    const bool is_end = length <= 0;
    if (is_end || static_cast<size_t>(length) >= room) {
      reply.payload_bytes = static_cast<uint16_t>(used);
      reply.value = is_end ? -1 : static_cast<int64_t>(n);
      return 0;
    }
    used += static_cast<size_t>(length);
    ++n;
  }
}

}  // namespace tapstack::shim
