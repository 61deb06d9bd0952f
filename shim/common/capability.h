// What the kernel lets a process do beyond what all may, capabilities(7): options that Linux
// refuses to others are refused to them here, too.
#pragma once

namespace tapstack::shim {

// Whether the calling thread has capability `number` (CAP_NET_RAW ...) in force.
bool has_capability(int number);

}  // namespace tapstack::shim
