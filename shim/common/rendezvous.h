// Where programs that are to share a stack meet: an abstract AF_UNIX name per device, of the
// network namespace in which the device is. Whoever is to open the device takes the name first, so
// that of several who start at once one has both; another program that wants the device connects
// and has a channel of requests and replies.
#pragma once

#include <string>

#include "tapif/device.h"

namespace tapstack::shim {

// A listening SEQPACKET socket for `device`, as a private descriptor; or -errno (EADDRINUSE:
// somebody listens already).
int open_rendezvous(const std::string& device);

// Why a stack at `device` cannot start: somebody has its name, but does not let others in.
tapif::Failure name_is_taken(const std::string& device);

// A channel to whoever serves `device`, as a private descriptor; or -errno: ECONNREFUSED for
// nobody, EPERM for another user's process, who could read and forge everything.
int join_rendezvous(const std::string& device);

// The next one who has joined; or -errno (EAGAIN: none waits).
int accept_joiner(int rendezvous);

// `channel` leads to a process of this process's effective user, or of root.
bool is_same_user(int channel);

}  // namespace tapstack::shim
