// What was sent goes out before the process ends.
#pragma once

namespace tapstack::shim {

// Before an exec without fork: the engine inside dies with the image. Bounded by
// TAPSTACK_EXIT_DRAIN_MS; at once in a child of fork, whose parent has the engine.
void drain_at_exec();

}  // namespace tapstack::shim
