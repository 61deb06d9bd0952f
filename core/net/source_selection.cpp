#include "net/source_selection.h"

#include <algorithm>
#include <bit>

#include "net/family.h"
#include "util/address_policy.h"

namespace tapstack::net {
namespace {

using link::AddressOrigin;
using link::AddressState;
using link::InterfaceAddress;

// RFC 6724 2.2: bits that the two have in common, at most those of the source's prefix.
unsigned common_prefix_bits(const InterfaceAddress& source, const Ip6Address& destination) {
  const Ip6Address address = source.address().ip6();
  unsigned bits = 0;
  for (size_t i = 0; i < address.octets.size(); ++i) {
    const auto differ = static_cast<uint8_t>(address.octets[i] ^ destination.octets[i]);
    bits += static_cast<unsigned>(std::countl_zero(differ));
    if (differ != 0) break;
  }
  return std::min<unsigned>(bits, source.prefix.length);
}

// RFC 4862 5.5.4, RFC 4429 3.1: deprecated ones, and optimistic ones, which count as such.
bool is_avoided(const InterfaceAddress& a) { return a.state != AddressState::kPreferred; }

// What addresses are chosen for.
struct Wanted {
  Ip6Address destination;
  IpAddress next_hop;
  SourcePreference preference;
  const PrefixAdvertisers* advertisers;

  bool is_from_next_hop(const InterfaceAddress& own) const {
    return advertisers != nullptr && advertisers->has_advertised(next_hop, own.address());
  }
};

// RFC 6724 5: whether rule by rule `a` is a better source than `b`. Rule 4 is for mobile nodes;
// rule 5 is met by all candidates, which are on one interface.
bool is_better(const InterfaceAddress& a, const InterfaceAddress& b, const Wanted& wanted) {
  const Ip6Address destination = wanted.destination;
  const Ip6Address x = a.address().ip6();
  const Ip6Address y = b.address().ip6();
  if (x == destination || y == destination) return x == destination;  // rule 1
  if (x.scope() != y.scope()) {                                       // rule 2
    return x.scope() < y.scope() ? x.scope() >= destination.scope()
                                 : y.scope() < destination.scope();
  }
  if (is_avoided(a) != is_avoided(b)) return is_avoided(b);  // rule 3
  const bool is_from_next_hop = wanted.is_from_next_hop(a);  // rule 5.5
  if (is_from_next_hop != wanted.is_from_next_hop(b)) return is_from_next_hop;
  const uint8_t label = policy_of(destination).label;  // rule 6
  const bool has_label = policy_of(x).label == label;
  if (has_label != (policy_of(y).label == label)) return has_label;
  const bool is_temporary = a.origin == AddressOrigin::kTemporary;  // rule 7
  if (is_temporary != (b.origin == AddressOrigin::kTemporary)) {
    return is_temporary == (wanted.preference != SourcePreference::kPublic);
  }
  return common_prefix_bits(a, destination) > common_prefix_bits(b, destination);  // rule 8
}

Result<IpAddress> choose_ip6(const link::Interface& interface, const Wanted& wanted) {
  const InterfaceAddress* best = nullptr;
  for (const InterfaceAddress& own : interface.addresses()) {
    if (!own.is_assigned() || !own.address().is_ip6()) continue;
    if (best == nullptr || is_better(own, *best, wanted)) best = &own;
  }
  if (best == nullptr) return Error::kAddressNotAvailable;
  return best->address();
}

Result<IpAddress> choose_ip4(const link::Interface& interface, const IpAddress& next_hop) {
  if (const Prefix* prefix = interface.prefix_of(next_hop)) return prefix->address;
  for (const InterfaceAddress& own : interface.addresses()) {
    if (own.is_assigned() && own.address().is_ip4()) return own.address();
  }
  return Error::kAddressNotAvailable;
}

}  // namespace

Result<IpAddress> choose_source(const link::Interface& interface, const IpAddress& destination,
                                const IpAddress& next_hop, SourcePreference preference,
                                const PrefixAdvertisers* advertisers) {
  if (is_ip6(destination)) {
    return choose_ip6(interface, {destination.ip6(), next_hop, preference, advertisers});
  }
  return choose_ip4(interface, next_hop);
}

}  // namespace tapstack::net
