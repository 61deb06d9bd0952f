// Options of neighbour discovery messages: RFC 4861 4.6, route information (RFC 4191 2.3), nonce
// (RFC 3971 5.3.2), DNS (RFC 8106 5).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/address.h"
#include "util/assert.h"
#include "util/bytes.h"
#include "wire/address_bytes.h"
#include "wire/nd.h"

namespace tapstack::wire {

// Values of an option's type. Any other may come in and is skipped (RFC 4861 4.6).
enum class NdOptionType : uint8_t {
  kSourceLinkLayer = 1,
  kTargetLinkLayer = 2,
  kPrefixInformation = 3,
  kRedirectedHeader = 4,
  kMtu = 5,
  kNonce = 14,
  kRouteInformation = 24,
  kDnsServers = 25,
  kDnsSearchList = 31,
};

// All bits set: for ever (RFC 4861 4.6.2).
inline constexpr uint32_t kLifetimeInfinite = 0xffffffff;

using NdNonce = std::array<uint8_t, 6>;

// One option, whole. The accessors of a kind are for options of that type for which has_size_of()
// holds.
class NdOption {
 public:
  static constexpr size_t kUnitBytes = 8;  // in which lengths are counted
  static constexpr size_t kLinkLayerBytes = 8;
  static constexpr size_t kNonceBytes = 8;

  constexpr explicit NdOption(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  constexpr NdOptionType type() const { return static_cast<NdOptionType>(bytes_[0]); }
  constexpr size_t size() const { return bytes_.size(); }
  // Whether its length is one that its type can have.
  constexpr bool has_size_of() const {
    switch (type()) {
      case NdOptionType::kSourceLinkLayer:
      case NdOptionType::kTargetLinkLayer:
      case NdOptionType::kMtu:
        return size() == 8;
      case NdOptionType::kPrefixInformation:
        return size() == 32;
      case NdOptionType::kNonce:
        return size() >= kNonceBytes;
      case NdOptionType::kRouteInformation:  // RFC 4191 2.3: as long as the prefix asks for
        return prefix_length() <= 128 && size() <= 24 &&
               size() >= (prefix_length() > 64  ? 24u
                          : prefix_length() > 0 ? 16u
                                                : 8u);
      case NdOptionType::kDnsServers:  // RFC 8106 5.3.1: odd, at least three units
        return size() >= 24 && size() % 16 == 8;
      case NdOptionType::kDnsSearchList:
        return size() >= 16;
      default:
        return true;
    }
  }

  constexpr MacAddress link_layer() const { return load_mac(p() + 2); }
  constexpr uint32_t mtu_bytes() const { return load_be32(p() + 4); }
  constexpr std::span<const uint8_t> nonce() const { return bytes_.subspan(2); }

  // Prefix information, and route information where the field is in both.
  constexpr uint8_t prefix_length() const { return p()[2]; }
  constexpr bool is_on_link() const { return (p()[3] & 0x80) != 0; }
  constexpr bool is_autonomous() const { return (p()[3] & 0x40) != 0; }
  constexpr uint32_t valid_s() const { return load_be32(p() + 4); }
  constexpr uint32_t preferred_s() const { return load_be32(p() + 8); }
  constexpr Ip6Address prefix() const { return load_ip6(p() + 16); }

  constexpr RouterPreference route_preference() const {
    return router_preference(p()[3] >> 3 & 3u);
  }
  // The reserved value: the option is to be ignored (RFC 4191 2.3).
  constexpr bool has_reserved_preference() const { return (p()[3] >> 3 & 3u) == 2; }
  // Route information, DNS servers and search list.
  constexpr uint32_t lifetime_s() const { return load_be32(p() + 4); }
  // Zeros where the option holds no more.
  constexpr Ip6Address route_prefix() const {
    Ip6Address prefix;
    for (size_t i = 0; i < 16 && 8 + i < size(); ++i) prefix.octets[i] = p()[8 + i];
    return prefix;
  }

  constexpr size_t dns_servers() const { return (size() - 8) / 16; }
  constexpr Ip6Address dns_server(size_t n) const { return load_ip6(p() + 8 + 16 * n); }
  // Names as RFC 1035 3.1 encodes them, one after another, padded with zeros.
  constexpr std::span<const uint8_t> search_list() const { return bytes_.subspan(8); }

 private:
  constexpr const uint8_t* p() const { return bytes_.data(); }

  std::span<const uint8_t> bytes_;
};

// Walks the options of a message.
class NdOptionWalk {
 public:
  constexpr explicit NdOptionWalk(std::span<const uint8_t> options) : rest_(options) {}

  // Nothing at the end, or where is_malformed() then holds.
  constexpr std::optional<NdOption> next() {
    if (rest_.empty() || is_malformed_) return std::nullopt;
    const size_t size = rest_.size() < 2 ? 0 : rest_[1] * NdOption::kUnitBytes;
    if (size == 0 || size > rest_.size()) {
      is_malformed_ = true;
      return std::nullopt;
    }
    const NdOption option(rest_.first(size));
    rest_ = rest_.subspan(size);
    return option;
  }
  // An option of length zero, or one that the message cuts off: the whole message is to be dropped
  // (RFC 4861 6.1, 7.1).
  constexpr bool is_malformed() const { return is_malformed_; }

 private:
  std::span<const uint8_t> rest_;
  bool is_malformed_ = false;
};

// Whether a walk over `options` comes to their end.
constexpr bool are_nd_options_sound(std::span<const uint8_t> options) {
  NdOptionWalk walk(options);
  while (walk.next()) {
  }
  return !walk.is_malformed();
}

// The first option of `type` with a length that this type can have.
constexpr std::optional<NdOption> find_nd_option(std::span<const uint8_t> options,
                                                 NdOptionType type) {
  NdOptionWalk walk(options);
  while (const auto option = walk.next()) {
    if (option->type() == type && option->has_size_of()) return option;
  }
  return std::nullopt;
}

// Writes NdOption::kLinkLayerBytes bytes. `type`: source or target.
constexpr void emit_link_layer_option(std::span<uint8_t> out, NdOptionType type,
                                      const MacAddress& mac) {
  TAPSTACK_ASSERT(out.size() >= NdOption::kLinkLayerBytes);
  out[0] = static_cast<uint8_t>(type);
  out[1] = 1;
  store_mac(out.data() + 2, mac);
}

// Writes NdOption::kNonceBytes bytes.
constexpr void emit_nonce_option(std::span<uint8_t> out, const NdNonce& nonce) {
  TAPSTACK_ASSERT(out.size() >= NdOption::kNonceBytes);
  out[0] = static_cast<uint8_t>(NdOptionType::kNonce);
  out[1] = 1;
  for (size_t i = 0; i < nonce.size(); ++i) out[2 + i] = nonce[i];
}

}  // namespace tapstack::wire
