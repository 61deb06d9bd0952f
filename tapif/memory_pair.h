// Two devices joined in memory, and one that leads nowhere.
#pragma once

#include <memory>
#include <utility>

#include "tapif/device.h"

namespace tapstack::tapif {

// What is written to one is read from the other, with its offload information; up to 1024 frames
// wait in each direction (-EAGAIN). fd() is readable while a frame waits. When one end is closed,
// the other answers -ENODEV. The two ends may belong to different threads.
std::pair<std::unique_ptr<Device>, std::unique_ptr<Device>> make_memory_pair(
    const DeviceInfo& first, const DeviceInfo& second);

// Swallows what is written; nothing comes in; fd() is -1.
std::unique_ptr<Device> make_null_device(const DeviceInfo& info);

}  // namespace tapstack::tapif
