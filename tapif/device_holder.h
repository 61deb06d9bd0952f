// Who has a TAP device open.
#pragma once

#include <string>

#include <sys/types.h>

namespace tapstack::tapif {

struct DeviceHolder {
  pid_t pid = 0;        // 0: not found (it belongs to another user, or nobody has it open)
  std::string command;  // as /proc/<pid>/comm has it
};

// Looks through the descriptors of every process that the caller may see, in this network
// namespace. Slow: for error messages only.
DeviceHolder find_device_holder(const std::string& name);

}  // namespace tapstack::tapif
