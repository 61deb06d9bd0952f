// A MAC address for a stack that nobody gave one.
#pragma once

#include <string>

#include "core/api/types.h"

namespace tapstack::tapif {

// A locally administered address that is stable for a device and differs from the host's end
// (IEEE 802-2014 8.4): FNV-1a over that end's address (zero when there is none) and the name.
MacAddress derive_mac(const MacAddress& host, const std::string& name);

}  // namespace tapstack::tapif
