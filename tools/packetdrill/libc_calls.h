// Calls that packetdrill makes directly to libc although they are about the library's descriptors:
// getsockopt for the figures of `%{ }%`, and sendfile, which its interface lacks.
#pragma once

#include "tools/packetdrill/session.h"

namespace tapstack::packetdrill {

// From now on the program's own calls of these functions come here first, and go on to libc for
// other descriptors. `session` must outlive the program's calls, or be replaced by nullptr.
void take_over_libc_calls(Session* session);

}  // namespace tapstack::packetdrill
