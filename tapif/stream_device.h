// A device that exchanges its frames with another process over an AF_UNIX stream socket: passt,
// which reaches the world without privilege, or QEMU's stream netdev.
#pragma once

#include "tapif/device.h"
#include "tapif/settings.h"

namespace tapstack::tapif {

// Connects to the socket of TAPSTACK_NET. Frames are whole packets: no offloads. The stack's MAC is
// that of the settings, or derived from the socket's name.
//
// Failures: ENOENT, ECONNREFUSED (nobody serves it), EACCES, EBUSY (another process of this network
// namespace has it).
Opened open_stream(const DeviceSettings& settings);

}  // namespace tapstack::tapif
