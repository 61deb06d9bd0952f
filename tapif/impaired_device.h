// A device behind a bad link.
#pragma once

#include <memory>

#include "tapif/device.h"
#include "tapif/impairment.h"

namespace tapstack::tapif {

// Superframes are cut to packets first, so that 1 % loss is 1 % of packets; their checksums are
// completed, so that corruption can be found. Frames that wait are lost when the device is closed
// before is_drained().
std::unique_ptr<Device> impair(std::unique_ptr<Device> device, const Impairment& impairment);

}  // namespace tapstack::tapif
