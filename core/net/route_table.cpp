#include "net/route_table.h"

namespace tapstack::net {
namespace {

bool is_gateway(const IpAddress& address, Family family) {
  return address.family() == family && !address.is_any() && !address.is_multicast() &&
         !address.is_loopback() && address != IpAddress(Ip4Address::limited_broadcast());
}

}  // namespace

Status RouteTable::add(const RouteEntry& entry) {
  const Family family = entry.destination.address.family();
  const uint8_t bits = family == Family::kIp4 ? 32 : 128;
  if (family == Family::kNone || entry.destination.length > bits) return Error::kInvalid;
  const bool is_on_link = entry.gateway.family() == Family::kNone;
  if (!is_on_link && !is_gateway(entry.gateway, family)) return Error::kInvalid;
  for (const RouteEntry& other : entries()) {
    if (other.destination == entry.destination && other.interface == entry.interface) {
      return Error::kAddressInUse;
    }
  }
  if (count_ == entries_.size()) return Error::kNoBuffers;
  entries_[count_++] = entry;
  return {};
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

Status RouteTable::redirect(const IpAddress& destination, const IpAddress& gateway,
                            InterfaceId interface) {
  const uint8_t bits = destination.is_ip4() ? 32 : 128;
  RouteEntry entry{{destination, bits}, gateway, interface, true};
  for (size_t i = 0; i < count_; ++i) {
    if (entries_[i].destination == entry.destination && entries_[i].is_redirect) {
      entries_[i] = entry;
      return {};
    }
  }
  for (size_t i = 0; count_ == entries_.size() && i < count_; ++i) {
    if (entries_[i].is_redirect) erase(i);
  }
  return add(entry);
}

void RouteTable::flush(InterfaceId interface, bool learnt_only) {
  for (size_t i = count_; i-- > 0;) {
    if (entries_[i].interface == interface && (entries_[i].is_redirect || !learnt_only)) erase(i);
  }
}

void RouteTable::erase(size_t n) {
  for (size_t i = n + 1; i < count_; ++i) entries_[i - 1] = entries_[i];
  --count_;
}

}  // namespace tapstack::net
