// Neighbour discovery messages (RFC 4861 4), which are ICMPv6 messages. Their options are in
// nd_options.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/address.h"
#include "util/assert.h"
#include "util/bytes.h"
#include "wire/address_bytes.h"

namespace tapstack::wire {

// Values of ICMPv6's type field.
enum class NdType : uint8_t {
  kRouterSolicitation = 133,
  kRouterAdvertisement = 134,
  kNeighbourSolicitation = 135,
  kNeighbourAdvertisement = 136,
  kRedirect = 137,
};

namespace nd_field {
inline constexpr size_t kType = 0;
inline constexpr size_t kCode = kType + 1;
inline constexpr size_t kChecksum = kCode + 1;
inline constexpr size_t kRest = kChecksum + 2;
// Neighbour Solicitation and Advertisement, Redirect.
inline constexpr size_t kFlags = kRest;
inline constexpr size_t kTarget = kRest + 4;
inline constexpr size_t kNeighbourOptions = kTarget + 16;
inline constexpr size_t kRedirectDestination = kTarget + 16;
inline constexpr size_t kRedirectOptions = kRedirectDestination + 16;
// Router Solicitation and Advertisement.
inline constexpr size_t kSolicitationOptions = kRest + 4;
inline constexpr size_t kHopLimit = kRest;
inline constexpr size_t kRouterFlags = kHopLimit + 1;
inline constexpr size_t kRouterLifetime = kRouterFlags + 1;
inline constexpr size_t kReachableTime = kRouterLifetime + 2;
inline constexpr size_t kRetransTimer = kReachableTime + 4;
inline constexpr size_t kAdvertisementOptions = kRetransTimer + 4;
}  // namespace nd_field

// RFC 4191 2.1: how much a router is to be preferred to others; the reserved value counts as
// medium.
enum class RouterPreference : int8_t { kLow = -1, kMedium = 0, kHigh = 1 };

// `bits`: the two bits as they stand in the message.
constexpr RouterPreference router_preference(unsigned bits) {
  if (bits == 1) return RouterPreference::kHigh;
  return bits == 3 ? RouterPreference::kLow : RouterPreference::kMedium;
}

// Any message: its fixed part is there and is followed by options.
class NdView {
 public:
  // Nothing when it is none of the five types, or shorter than its fixed part. The view is valid as
  // long as `bytes` is.
  static constexpr std::optional<NdView> parse(std::span<const uint8_t> bytes) {
    if (bytes.size() < nd_field::kSolicitationOptions) return std::nullopt;
    const NdView view(bytes);
    const size_t fixed = view.fixed_bytes();
    if (fixed == 0 || bytes.size() < fixed) return std::nullopt;
    return view;
  }

  constexpr NdType type() const { return static_cast<NdType>(bytes_[nd_field::kType]); }
  constexpr uint8_t code() const { return bytes_[nd_field::kCode]; }
  constexpr std::span<const uint8_t> options() const { return bytes_.subspan(fixed_bytes()); }

  // Neighbour Solicitation and Advertisement, Redirect.
  constexpr Ip6Address target() const { return load_ip6(bytes_.data() + nd_field::kTarget); }

  // Neighbour Advertisement.
  constexpr bool is_router() const { return (bytes_[nd_field::kFlags] & 0x80) != 0; }
  constexpr bool is_solicited() const { return (bytes_[nd_field::kFlags] & 0x40) != 0; }
  constexpr bool has_override() const { return (bytes_[nd_field::kFlags] & 0x20) != 0; }

  // Redirect.
  constexpr Ip6Address destination() const {
    return load_ip6(bytes_.data() + nd_field::kRedirectDestination);
  }

  // Router Advertisement.
  constexpr uint8_t hop_limit() const { return bytes_[nd_field::kHopLimit]; }  // 0: unspecified
  constexpr bool is_managed() const { return (bytes_[nd_field::kRouterFlags] & 0x80) != 0; }
  constexpr bool has_other_configuration() const {
    return (bytes_[nd_field::kRouterFlags] & 0x40) != 0;
  }
  constexpr RouterPreference preference() const {
    return router_preference(bytes_[nd_field::kRouterFlags] >> 3 & 3u);
  }
  constexpr uint16_t lifetime_s() const {
    return load_be16(bytes_.data() + nd_field::kRouterLifetime);
  }
  constexpr uint32_t reachable_ms() const {  // 0: unspecified
    return load_be32(bytes_.data() + nd_field::kReachableTime);
  }
  constexpr uint32_t retrans_ms() const {  // 0: unspecified
    return load_be32(bytes_.data() + nd_field::kRetransTimer);
  }

 private:
  constexpr explicit NdView(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  constexpr size_t fixed_bytes() const {
    switch (type()) {
      case NdType::kRouterSolicitation:
        return nd_field::kSolicitationOptions;
      case NdType::kRouterAdvertisement:
        return nd_field::kAdvertisementOptions;
      case NdType::kNeighbourSolicitation:
      case NdType::kNeighbourAdvertisement:
        return nd_field::kNeighbourOptions;
      case NdType::kRedirect:
        return nd_field::kRedirectOptions;
    }
    return 0;
  }

  std::span<const uint8_t> bytes_;
};

// What a host sends. Options follow it; see nd_options.h.
struct NdMessage {
  NdType type = NdType::kNeighbourSolicitation;  // not an advertisement of a router, no redirect
  Ip6Address target{};                           // of a neighbour's messages
  bool is_solicited = false;                     // of an advertisement
  bool has_override = false;

  constexpr size_t bytes() const {
    return type == NdType::kRouterSolicitation ? nd_field::kSolicitationOptions
                                               : nd_field::kNeighbourOptions;
  }
};

// Writes m.bytes() bytes, with a checksum of 0.
constexpr void emit(std::span<uint8_t> out, const NdMessage& m) {
  TAPSTACK_ASSERT(out.size() >= m.bytes());
  uint8_t* p = out.data();
  store_be32(p, uint32_t{static_cast<uint8_t>(m.type)} << 24);
  store_be32(p + nd_field::kRest, 0);
  if (m.type == NdType::kRouterSolicitation) return;
  p[nd_field::kFlags] =
      static_cast<uint8_t>((m.is_solicited ? 0x40 : 0) | (m.has_override ? 0x20 : 0));
  store_ip6(p + nd_field::kTarget, m.target);
}

}  // namespace tapstack::wire
