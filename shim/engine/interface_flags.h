// How an interface looks to programs: one source for ioctls, netlink, getifaddrs and /proc.
#pragma once

#include <cstdint>

#include "core/api/interfaces.h"

namespace tapstack::shim {

// What `ip link` shows as qlen of an Ethernet interface: config.h interface_queue_packets.
inline constexpr uint32_t kQueueLength = kConfig.interface_queue_packets;

// IFF_* of <linux/if.h>, IFF_LOWER_UP included.
uint32_t interface_flags(const api::InterfaceInfo& info);

}  // namespace tapstack::shim
