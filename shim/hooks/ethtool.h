// SIOCETHTOOL: what programs ask of a device (ethtool(8)).
#pragma once

#include "shim/common/protocol.h"

namespace tapstack::shim {

// Answers the command that `argument` (ifr_data) begins with. An errno or 0; EOPNOTSUPP for what a
// TAP device has none of.
int answer_ethtool(const InterfaceRecord& record, void* argument);

}  // namespace tapstack::shim
