// passt for the stacks of one set of namespaces: the caretaker's duty of `--net=passt`.
#pragma once

#include "tools/caretaker.h"
#include "tools/passt.h"

namespace tapstack::tools {

// TAPSTACK_NET of the program.
inline constexpr const char* kPasstNet = "unix:@tapstack/passt";

// The socket of that name in this network namespace. Failure: as socket(2), bind(2).
tapif::Failure listen_for_stacks(tapif::os::Fd& listener);

// A passt for each stack that connects, one after the other: ports of this machine belong to one.
Duties passt_duties(const PasstPlan& plan);

}  // namespace tapstack::tools
