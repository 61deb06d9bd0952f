// Who of those that share a port by SO_REUSEPORT gets a flow.
#pragma once

#include <cstdint>

namespace tapstack::transport {

// Every flow belongs to the member with the highest rank (rendezvous hashing: Thaler and
// Ravishankar, 1998): all packets of a flow find the same one as long as it is there, and when a
// member comes or goes no flow moves but its own. `flow_hash`: keyed, so that a peer cannot choose
// whom it reaches; `member`: any number of its own. The mixing is that of Wellons' lowbias32.
constexpr uint32_t group_rank(uint32_t flow_hash, uint32_t member) {
  uint32_t x = flow_hash ^ (member + 1) * 0x9e3779b9u;
  x = (x ^ x >> 16) * 0x7feb352du;
  x = (x ^ x >> 15) * 0x846ca68bu;
  return x ^ x >> 16;
}

}  // namespace tapstack::transport
