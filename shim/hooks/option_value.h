// Values of socket options on their way from and to a program, with Linux's rules for lengths.
#pragma once

#include <sys/socket.h>

#include <cstddef>

#include "shim/common/option_table.h"

namespace tapstack::shim::option_value {

// All of these return 0 or an errno.

// Copies at most *length bytes out and says how many there were to copy; EFAULT.
int put(void* value, socklen_t* length, const void* from, size_t bytes);
// An int. At IP level a buffer shorter than one gets a byte, if the value fits (ip_getsockopt).
int put_int(int level, void* value, socklen_t* length, int number);

// What setsockopt() checks before it knows the name: EINVAL, EFAULT.
int check_level(int level, uint8_t who, const void* value, socklen_t length);
// The number that setsockopt() was given; EINVAL when it is too short for this option, EFAULT.
int read_int(const OptionRow& row, const void* value, socklen_t length, int& number);

}  // namespace tapstack::shim::option_value
