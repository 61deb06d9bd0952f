// Whether an interface does IPv6 at all.
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// False: no IPv6 packet goes in or out there, as an embedder wants it (link::Ip6Mode::kOff), or
// because the host's own link-local address is another host's (RFC 4862 5.4.5: "the IP operation on
// the interface SHOULD be disabled").
inline bool has_ip6(const Parts& parts, const link::Interface& interface) {
  return interface.settings.ip6.mode != link::Ip6Mode::kOff &&
         !parts.links.at(interface.id).is_disabled;
}

}  // namespace tapstack::net
