// The kernel's end of a device: its addresses, MTU and link, by the ioctls of netdevice(7).
#pragma once

#include <string>

#include "tapif/device.h"
#include "tapif/settings.h"

struct ifreq;

namespace tapstack::tapif {

// Gives the interface its addresses and MTU and sets it up. What fits already is left alone, so
// that a prepared interface needs no privilege; an interface that has other addresses, and an
// address or network that another interface has, are left alone too and a failure (EADDRNOTAVAIL,
// EADDRINUSE). EPERM: CAP_NET_ADMIN is missing.
Failure set_up_host_end(const TapSettings& settings);

// MTU and link alone.
Failure set_up_host_link(const std::string& name, uint32_t mtu_bytes);

// The MAC address of the interface. Failure: ENODEV.
Failure host_mac(const std::string& name, MacAddress& mac);

// An ioctl's argument about the interface, and the failure of one that returned -errno.
ifreq request_for(const std::string& name);
Failure failed(const std::string& name, const std::string& what, long result);

}  // namespace tapstack::tapif
