// What is known about IPv6 on each link: the parameters that its routers advertise (RFC 4861
// 6.3.2), and the search for routers.
#pragma once

#include <array>
#include <cstdint>

#include "config.h"
#include "net/router_search.h"
#include "util/address.h"
#include "util/assert.h"
#include "util/time.h"

namespace tapstack::net {

struct Ip6Link {
  uint8_t hop_limit = kConfig.ip_ttl_default;  // of packets whose sender says none
  uint32_t mtu_bytes = 0;                      // as advertised; 0: the interface's
  Duration base_reachable = Duration::ms(kConfig.neighbour_reachable_ms);
  Duration reachable = base_reachable;  // drawn at random around it
  Duration retrans = Duration::ms(kConfig.neighbour_retrans_ms);
  Instant reachable_drawn_at;            // when the random reachable time was chosen
  bool is_managed = false;               // addresses are to be had by DHCPv6
  bool has_other_configuration = false;  // other things are
  RouterSearch search;
  // Our EUI-64 link-local address belongs to another host: no IPv6 here (RFC 4862 5.4.5).
  bool is_disabled = false;
};

// One for each interface, by its number.
class Ip6Links {
 public:
  Ip6Link& at(InterfaceId id) { return links_[index(id)]; }
  const Ip6Link& at(InterfaceId id) const { return links_[index(id)]; }
  void reset(InterfaceId id) { links_[index(id)] = {}; }

 private:
  static size_t index(InterfaceId id) {
    TAPSTACK_ASSERT(id.value > 0 && id.value <= kConfig.interfaces);
    return id.value - 1u;
  }

  std::array<Ip6Link, kConfig.interfaces> links_{};
};

}  // namespace tapstack::net
