// What a program says of fragments and of the path MTU (IP_MTU_DISCOVER, IPV6_MTU_DISCOVER).
#pragma once

#include <cstdint>

#include "util/result.h"

namespace tapstack::transport {

enum class MtuDiscover : uint8_t {  // the values are Linux's
  kDont = 0,                        // never DF
  kWant = 1,                        // DF on what fits the path MTU, larger datagrams are fragmented
  kDo = 2,                          // always DF: larger than the path MTU is kMessageTooLong
  kProbe = 3,                       // always DF; only the interface's MTU limits
  kInterface = 4,                   // never DF; the interface's MTU, never the path's, and no more
  kOmit = 5,                        // never DF; fragments to the interface's MTU
};

// kInvalid, with `how` as it was, for a number that is none of them.
inline Status set_mtu_discover(MtuDiscover& how, int64_t value) {
  if (value < 0 || value > static_cast<int64_t>(MtuDiscover::kOmit)) return Error::kInvalid;
  how = static_cast<MtuDiscover>(value);
  return Status();
}

// Whether segments, which are cut to the path MTU, have DF set.
constexpr bool discovers_path_mtu(MtuDiscover how) {
  return how == MtuDiscover::kWant || how == MtuDiscover::kDo || how == MtuDiscover::kProbe;
}

}  // namespace tapstack::transport
