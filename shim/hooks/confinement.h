// Programs that forbid themselves system calls (seccomp(2)), as sshd does before it talks to who
// has not logged in.
//
// What a filter forbids the engine to do in this process it does from a keeper, which it moves to
// before. A thread whose filter forbids even to ask that keeper goes past the hooks from then on:
// what it reads, writes, polls and closes is native, on handles that are connected. Threads that
// are given the filter with it (SECCOMP_FILTER_FLAG_TSYNC) are not known here.
#pragma once

namespace tapstack::shim {

// seccomp(2); prctl(PR_SET_SECCOMP) is the same without flags.
long set_seccomp(unsigned operation, unsigned flags, void* filter);

}  // namespace tapstack::shim
