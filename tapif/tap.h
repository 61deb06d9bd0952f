// The TAP device of Linux, with the virtio-net header when offloads are wanted.
#pragma once

#include <optional>

#include <sys/types.h>

#include "tapif/device.h"
#include "tapif/settings.h"

namespace tapstack::tapif {

// Opens the TAP device, creating it when it does not exist (that needs CAP_NET_ADMIN), and brings
// up the host's end: address, MTU, link. A persistent device that belongs to the caller and is set
// up already needs no privilege. The device vanishes with the last descriptor unless it is
// persistent.
//
// Failures: EINVAL (name, MTU or MAC; the name is that of another kind of interface), ENOENT or
// ENODEV (no /dev/net/tun), EACCES or EPERM (no right to open, to create or to set it up), EBUSY
// (somebody has it open: the message says who), EADDRINUSE (the host's address or MAC is taken).
Opened open_tap(const TapSettings& settings);

// Whether /dev/net/tun can be opened: ENOENT, ENODEV, EACCES and EPERM as above.
Failure check_tap_node();

// Makes the device persistent, owned by `owner`, and sets up the host's end, so that the owner can
// open_tap() it later without privilege. Failures as above.
Failure prepare_tap(const TapSettings& settings, uid_t owner);

}  // namespace tapstack::tapif
