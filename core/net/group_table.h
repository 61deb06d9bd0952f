// Multicast groups that sockets have joined, per interface (RFC 1112 7). Who tells the routers
// about it is IGMP's business.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "config.h"
#include "util/address.h"
#include "util/result.h"

namespace tapstack::net {

class GroupTable {
 public:
  struct Membership {
    IpAddress group;
    InterfaceId interface;
    uint16_t members = 0;
  };

  // One more member. Errors: kInvalid (no multicast address), kNoBuffers (table full).
  Status join(InterfaceId interface, const IpAddress& group);
  // One member less. Errors: kAddressNotAvailable (nobody had joined).
  Status leave(InterfaceId interface, const IpAddress& group);
  // Whether packets to `group` that come in on `interface` are for us. Every host is a member of
  // 224.0.0.1 (RFC 1112 4) and ff02::1 (RFC 4291 2.8).
  bool is_member(InterfaceId interface, const IpAddress& group) const;
  // Forgets an interface that is removed.
  void flush(InterfaceId interface);
  std::span<const Membership> memberships() const { return {slots_.data(), count_}; }

 private:
  Membership* find(InterfaceId interface, const IpAddress& group);

  std::array<Membership, kConfig.multicast_groups> slots_{};
  size_t count_ = 0;
};

}  // namespace tapstack::net
