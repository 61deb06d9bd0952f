// Names of the levels of socket options, of the options, and of control messages.
#pragma once

#include "shim/trace/line.h"

namespace tapstack::shim::trace {

// "SOL_SOCKET", "IPPROTO_TCP" ..., or the number.
void append_level(Line& line, int level);
// "SO_REUSEADDR" ..., or the number.
void append_option(Line& line, int level, int option);
// The type of a control message: "SCM_RIGHTS", "IP_PKTINFO" ..., or level and number.
void append_control_type(Line& line, int level, int type);

}  // namespace tapstack::shim::trace
