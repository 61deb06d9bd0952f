// Which router has advertised which prefix: RFC 6724 5, rule 5.5, asks whether a source address has
// a prefix that the next hop advertises, since only that router may let packets from it pass.
#pragma once

#include <array>
#include <cstddef>

#include "config.h"
#include "util/address.h"
#include "util/time.h"

namespace tapstack::net {

class PrefixAdvertisers {
 public:
  // `router`, with its zone, says that `prefix` is valid until then; not after `now`: it no longer
  // advertises it. When the table is full it is not remembered, and the rule does not apply.
  void on_prefix(const IpAddress& router, const Prefix& prefix, Instant valid_until, Instant now);
  // Whether `router` advertises a prefix that `address` is in.
  bool has_advertised(const IpAddress& router, const IpAddress& address) const;
  // Forgets what was advertised on `interface`.
  void flush(InterfaceId interface);
  size_t used() const { return count_; }

 private:
  struct Entry {
    IpAddress router;
    Prefix prefix;
    Instant valid_until;
  };

  template <class Forgotten>
  void erase_if(Forgotten is_forgotten);

  std::array<Entry, kConfig.routes / 2> entries_{};  // as many as routers may add routes
  size_t count_ = 0;
};

}  // namespace tapstack::net
