#include "shim/names/destination_order.h"

#include <algorithm>
#include <bit>

namespace tapstack::shim::names {
namespace {

unsigned common_bits(const Ip6Address& a, const Ip6Address& b) {
  unsigned bits = 0;
  for (size_t i = 0; i < a.octets.size(); ++i, bits += 8) {
    const auto difference = static_cast<uint8_t>(a.octets[i] ^ b.octets[i]);
    if (difference != 0) return bits + static_cast<unsigned>(std::countl_zero(difference));
  }
  return bits;
}

// RFC 6724 2: IPv4 addresses stand in the table as mapped ones.
Ip6Address as_ip6(const IpAddress& address) {
  return address.is_ip4() ? Ip6Address::mapped(address.ip4()) : address.ip6();
}

// RFC 6724 3.2: of IPv4, 169.254/16 and loopback are link-local, all others global.
Ip6Scope scope_of(const IpAddress& address) {
  if (address.is_ip6()) return address.ip6().scope();
  return address.is_link_local() || address.is_loopback() ? Ip6Scope::kLinkLocal
                                                          : Ip6Scope::kGlobal;
}

// Bits that destination and source share, up to the length of the source's prefix.
unsigned matching_bits(const Destination& d) {
  return std::min<unsigned>(common_bits(as_ip6(d.to.address), as_ip6(*d.source)),
                            d.source_prefix_length);
}

// Whether `a` should be tried before `b`.
bool comes_before(const Destination& a, const Destination& b) {
  // Rule 1: avoid unusable destinations.
  if (a.source.has_value() != b.source.has_value()) return a.source.has_value();
  const AddressPolicy to_a = policy_of(as_ip6(a.to.address)),
                      to_b = policy_of(as_ip6(b.to.address));
  const Ip6Scope scope_a = scope_of(a.to.address), scope_b = scope_of(b.to.address);
  if (a.source) {
    // Rule 2: prefer matching scope.
    const bool fits_a = scope_a == scope_of(*a.source), fits_b = scope_b == scope_of(*b.source);
    if (fits_a != fits_b) return fits_a;
    // Rule 5: prefer matching label.
    const bool matches_a = to_a.label == policy_of(as_ip6(*a.source)).label;
    const bool matches_b = to_b.label == policy_of(as_ip6(*b.source)).label;
    if (matches_a != matches_b) return matches_a;
  }
  // Rule 6: prefer higher precedence.
  if (to_a.precedence != to_b.precedence) return to_a.precedence > to_b.precedence;
  // Rule 8: prefer smaller scope.
  if (scope_a != scope_b) return scope_a < scope_b;
  // Rule 9: use longest matching prefix, within IPv6 (as Linux; RFC 6724 6 would let it spoil the
  // round robin of IPv4 name servers).
  const bool are_ip6 = a.to.address.is_ip6() && b.to.address.is_ip6();
  return are_ip6 && a.source && matching_bits(a) > matching_bits(b);
}

}  // namespace

void order_destinations(std::vector<Destination>& all) {
  std::ranges::stable_sort(all, comes_before);
}

}  // namespace tapstack::shim::names
