// The device that the settings ask for, with its wrappers.
#pragma once

#include "tapif/device.h"
#include "tapif/settings.h"

namespace tapstack::tapif {

// Opens the TAP device, or the stream socket in its place; impairment, when wanted, lies around it,
// and the capture around that: the file shows what the stack sent and what reached it. Failures as
// of open_tap(), open_stream() and open_capture().
Opened open_device(const DeviceSettings& settings);

}  // namespace tapstack::tapif
