// What a filter of system calls (seccomp(2)) that a program puts upon itself would do to a call.
#pragma once

#include <linux/filter.h>

#include <span>

namespace tapstack::shim {

// True if the kernel carries the system call `number` out under `filter`, with all arguments 0.
// False also for a filter that the kernel would refuse.
bool lets_through(std::span<const sock_filter> filter, int number);

}  // namespace tapstack::shim
