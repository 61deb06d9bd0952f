// The secret behind TCP's sequence numbers and timestamps, which the stacks of one user share.
//
// Programs under the library come and go, each with a stack of its own, where a host has one as
// long as it is up. To a peer that still keeps a connection of the last program in TIME-WAIT, one
// between the same ports is new only if its numbers lie behind the old ones (RFC 9293 3.6.1, RFC
// 6191): so they have to come from the same secret. It lies in the kernel's keyring of the user
// (keyrings(7)), where neither other users nor the disk see it, and is drawn anew when the machine
// starts.
#pragma once

#include <array>
#include <cstdint>

#include "core/api/create.h"

namespace tapstack::shim {

using SequenceSecret = std::array<uint8_t, api::kSeedBytes>;

// False where there is no keyring (a filter of containers forbids it): each stack has its own then.
bool find_sequence_secret(SequenceSecret& secret);

}  // namespace tapstack::shim
