// The kernel's end of a device: its address, MTU and link, by the ioctls of netdevice(7).
#pragma once

#include <optional>
#include <string>

#include "tapif/device.h"

namespace tapstack::tapif {

// Gives the interface `name` the address (if any is wanted) and the MTU and sets it up. What fits
// already is left alone, so that a prepared interface needs no privilege; an interface that has
// other addresses, and an address or network that another interface has, are left alone too and a
// failure (EADDRNOTAVAIL, EADDRINUSE). EPERM: CAP_NET_ADMIN is missing.
Failure set_up_host_end(const std::string& name, const std::optional<Prefix>& address,
                        uint32_t mtu_bytes);

// The MAC address of the interface. Failure: ENODEV.
Failure host_mac(const std::string& name, MacAddress& mac);

}  // namespace tapstack::tapif
