// Processes that are made past libc's fork(): clone(2) by number or by its function.
#pragma once

namespace tapstack::shim {

// syscall(2) with these arguments, if it makes a process with memory of its own and so is a fork in
// all but name; its result is in `result` then, in parent and child. False for everything else.
bool fork_by_number(long call, const long (&arguments)[6], long& result);

}  // namespace tapstack::shim
