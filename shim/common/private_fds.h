// Descriptors that belong to the library, not to the program: high numbers, close-on-exec, and
// known one by one, so that close, closefrom, close_range and dup2 of the program leave them alone.
#pragma once

#include <sys/resource.h>

namespace tapstack::shim::private_fds {

// Raises the soft RLIMIT_NOFILE to the hard one and remembers the program's own; chooses where
// private numbers begin. Idempotent; called by the engine's start.
void prepare();
bool is_prepared();

// Moves `fd` to a private number (close-on-exec) and closes the old one. Returns the new number, or
// -errno and leaves `fd` open.
int move_high(int fd);
// The same with a copy; `fd` stays.
int copy_high(int fd);
// Takes in what others have placed at floor() and right above it (the device, its capture file).
void adopt_at_floor();
// `fd` at or above the floor was made elsewhere and is private from now on; below: nothing happens.
void adopt(int fd);
// Closes a private descriptor.
void close(int fd);

// Any thread, signal handlers too.
bool is_private(int fd);
// The lowest private number in [first, last], or -1: for close_range and closefrom in pieces.
int next_private(unsigned first, unsigned last);

// In a child after fork: closes all private descriptors, so that the parent's engine stays the only
// holder of its ends.
void close_all();

// Closes all but one: what they were is served by another process now.
void close_all_but(int kept);
// In a process that is about to execute the keeper: closes every descriptor from `first` up that is
// not private, and lets the private ones pass. System calls only.
void pass_on(int first);
// In the keeper, which has them at the same numbers: [floor(), end) is private where it is open.
void adopt_passed();

// Lowest private number there can be; TAPSTACK's devices are placed from here on as well.
int floor();

// RLIMIT_NOFILE as the program set it. Before prepare() it is what the kernel says.
rlimit program_limit();
rlim_t program_soft_limit();
// While one lives this process has its program's limits, for a child that is made to inherit them.
// Others who want a private number wait for the end.
class ProgramLimits {
 public:
  ProgramLimits();
  ~ProgramLimits();
  ProgramLimits(const ProgramLimits&) = delete;
  ProgramLimits& operator=(const ProgramLimits&) = delete;

 private:
  rlimit raised_{};
};

// setrlimit of the program: the kernel's limit stays where it is. A hard limit above that of the
// kernel has to be set there as well.
void set_program_limit(const rlimit& limit);

}  // namespace tapstack::shim::private_fds
