#include "net/route_table.h"

namespace tapstack::net {
namespace {

bool is_gateway(const IpAddress& address, Family family) {
  return address.family() == family && !address.is_any() && !address.is_multicast() &&
         !address.is_loopback() && address != IpAddress(Ip4Address::limited_broadcast());
}

bool is_valid(const RouteEntry& entry) {
  const Family family = entry.destination.address.family();
  const uint8_t bits = family == Family::kIp4 ? 32 : 128;
  if (family == Family::kNone || entry.destination.length > bits) return false;
  return entry.is_on_link() || is_gateway(entry.gateway, family);
}

// Whatever routers say, an embedder can still add routes.
constexpr size_t kAdvertisedMax = kConfig.routes / 2;

}  // namespace

Status RouteTable::add(const RouteEntry& entry) {
  if (!is_valid(entry)) return Error::kInvalid;
  for (const RouteEntry& other : entries()) {
    if (other.destination == entry.destination && other.interface == entry.interface &&
        other.origin == entry.origin && other.gateway == entry.gateway &&
        other.metric() == entry.metric()) {
      return Error::kAddressInUse;
    }
  }
  if (!make_room()) return Error::kNoBuffers;
  entries_[count_++] = entry;
  return {};
}

// The oldest redirect gives way: packets then go the longer way. Whoever forges them keeps no other
// route out of the table.
bool RouteTable::make_room() {
  for (size_t i = 0; count_ == entries_.size() && i < count_; ++i) {
    if (entries_[i].origin == RouteOrigin::kRedirect) erase(i);
  }
  return count_ < entries_.size();
}

Status RouteTable::remove(const Prefix& destination) {
  bool is_found = false;
  for (size_t i = count_; i-- > 0;) {
    if (entries_[i].destination != destination) continue;
    erase(i);
    is_found = true;
  }
  return is_found ? Status() : Status(Error::kNoEntry);
}

Status RouteTable::remove_at(size_t n) {
  if (n >= count_) return Error::kNoEntry;
  erase(n);
  return {};
}

Status RouteTable::redirect(const IpAddress& destination, const IpAddress& gateway,
                            InterfaceId interface) {
  const uint8_t bits = destination.is_ip4() ? 32 : 128;
  const RouteEntry entry{.destination = {destination, bits},
                         .gateway = gateway,
                         .interface = interface,
                         .origin = RouteOrigin::kRedirect};
  for (size_t i = 0; i < count_; ++i) {
    if (entries_[i].destination == entry.destination &&
        entries_[i].origin == RouteOrigin::kRedirect) {
      entries_[i] = entry;
      return {};
    }
  }
  return add(entry);
}

Status RouteTable::advertise(const RouteEntry& entry, Instant now) {
  const auto is_same = [&](const RouteEntry& other) {
    return other.origin == RouteOrigin::kRouter && other.destination == entry.destination &&
           other.gateway == entry.gateway && other.interface == entry.interface;
  };
  if (entry.valid_until <= now) {
    erase_if(is_same);
    return {};
  }
  size_t advertised = 0;
  for (size_t i = 0; i < count_; ++i) {
    if (is_same(entries_[i])) {
      entries_[i] = entry;
      return {};
    }
    if (entries_[i].origin == RouteOrigin::kRouter) ++advertised;
  }
  if (!is_valid(entry)) return Error::kInvalid;
  if (advertised >= kAdvertisedMax || !make_room()) return Error::kNoBuffers;
  entries_[count_++] = entry;
  return {};
}

void RouteTable::flush(InterfaceId interface, bool learnt_only) {
  erase_if([&](const RouteEntry& entry) {
    return entry.interface == interface && (entry.origin != RouteOrigin::kManual || !learnt_only);
  });
}

void RouteTable::forget_gateway(InterfaceId interface, const IpAddress& gateway, RouteOrigin only) {
  erase_if([&](const RouteEntry& entry) {
    return entry.interface == interface && entry.gateway == gateway && entry.origin == only;
  });
}

void RouteTable::put_last(InterfaceId interface, const IpAddress& gateway) {
  size_t i = 0;
  for (size_t left = count_; left > 0; --left) {
    const RouteEntry entry = entries_[i];
    if (entry.interface != interface || entry.gateway != gateway) {
      ++i;
      continue;
    }
    erase(i);
    entries_[count_++] = entry;
  }
}

void RouteTable::expire(Instant now) {
  erase_if([&](const RouteEntry& entry) { return entry.valid_until <= now; });
}

Instant RouteTable::next_expiry(InterfaceId interface) const {
  Instant next = Instant::never();
  for (const RouteEntry& entry : entries()) {
    if (entry.interface == interface && entry.valid_until < next) next = entry.valid_until;
  }
  return next;
}

void RouteTable::erase(size_t n) {
  for (size_t i = n + 1; i < count_; ++i) entries_[i - 1] = entries_[i];
  --count_;
}

}  // namespace tapstack::net
