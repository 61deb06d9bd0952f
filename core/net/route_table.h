// Routes beyond the interfaces' own prefixes, and host routes learnt from ICMP redirects.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "config.h"
#include "link/interface_table.h"
#include "util/address.h"
#include "util/result.h"

namespace tapstack::net {

struct RouteEntry {
  Prefix destination;  // 0.0.0.0/0: the default route
  IpAddress gateway;   // no family: on link
  InterfaceId interface;
  bool is_redirect = false;  // learnt: the first to go when the table is full
};

class RouteTable {
 public:
  // Several routes to one destination are allowed on different interfaces; the first one added
  // wins. Errors: kInvalid (prefix too long, gateway of another family or not unicast),
  // kAddressInUse (there is one on this interface), kNoBuffers (table full).
  Status add(const RouteEntry& entry);
  // Removes all routes to exactly this destination. Errors: kNoEntry.
  Status remove(const Prefix& destination);
  // An ICMP redirect: `destination` is better reached by `gateway` (RFC 1122 3.2.2.2). The oldest
  // learnt route gives way when the table is full. Errors: kNoBuffers (full of configured ones).
  Status redirect(const IpAddress& destination, const IpAddress& gateway, InterfaceId interface);
  // Forgets the routes over an interface: those learnt only, or all.
  void flush(InterfaceId interface, bool learnt_only);

  // The entry with the longest matching prefix over an interface for which `is_usable` holds.
  template <class Usable>
  const RouteEntry* find(const IpAddress& destination, Usable is_usable) const {
    const RouteEntry* best = nullptr;
    for (const RouteEntry& entry : entries()) {
      if (!link::contains(entry.destination, destination)) continue;
      if (best != nullptr && entry.destination.length <= best->destination.length) continue;
      if (is_usable(entry)) best = &entry;
    }
    return best;
  }

  std::span<const RouteEntry> entries() const { return {entries_.data(), count_}; }

 private:
  void erase(size_t n);

  std::array<RouteEntry, kConfig.routes> entries_{};  // in the order of adding
  size_t count_ = 0;
};

}  // namespace tapstack::net
