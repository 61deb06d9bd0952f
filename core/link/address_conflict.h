// Other hosts that say they have an IPv4 address of ours (RFC 5227).
#pragma once

#include "link/context.h"
#include "link/interface.h"
#include "wire/arp.h"

namespace tapstack::link {

// RFC 5227 1.1.
inline constexpr Duration kDefendInterval = Duration::s(10);

enum class ConflictOutcome : uint8_t {
  kNone,      // the message disputes nothing
  kDisputed,  // it does, and nothing is to be done but to disbelieve it
  kDefend,    // announce the address once more
};

// Compares a message that came in on `interface` with its addresses. One under probe that another
// host has, or probes too (2.1.1), becomes kDuplicate, and so does one whose policy is kYield at
// the second conflict within kDefendInterval (2.4).
ConflictOutcome check_conflict(Context& ctx, Interface& interface, const wire::ArpMessage& m);

}  // namespace tapstack::link
