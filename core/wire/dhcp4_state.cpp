#include "wire/dhcp4_state.h"

#include "wire/address_bytes.h"
#include "wire/lease_state.h"

namespace tapstack::wire {
namespace {

constexpr uint32_t kMagic = 0x54534c34;  // "TSL4"
constexpr uint16_t kVersion = 1;

constexpr size_t kMagicAt = 0;
constexpr size_t kVersionAt = kMagicAt + 4;
constexpr size_t kChecksumAt = kVersionAt + 2;
constexpr size_t kMacAt = kChecksumAt + 2;
constexpr size_t kMtuAt = kMacAt + 6;
constexpr size_t kPrefixLengthAt = kMtuAt + 2;  // of 4 bytes, so that all else is aligned
constexpr size_t kAddressAt = kPrefixLengthAt + 4;
constexpr size_t kServerAt = kAddressAt + 4;
constexpr size_t kRouterAt = kServerAt + 4;
constexpr size_t kDnsAt = kRouterAt + 4;
constexpr size_t kRenewAt = kDnsAt + 12;
constexpr size_t kRebindAt = kRenewAt + 8;
constexpr size_t kExpiresAt = kRebindAt + 8;
static_assert(kExpiresAt + 8 == kDhcp4StateBytes);

}  // namespace

void emit(std::span<uint8_t, kDhcp4StateBytes> out, const Dhcp4StateRecord& r) {
  uint8_t* p = out.data();
  store_be32(p + kMagicAt, kMagic);
  store_be16(p + kVersionAt, kVersion);
  store_be16(p + kChecksumAt, 0);
  store_mac(p + kMacAt, r.mac);
  store_be16(p + kMtuAt, r.mtu_bytes);
  store_be32(p + kPrefixLengthAt, r.prefix_length);
  store_ip4(p + kAddressAt, r.address);
  store_ip4(p + kServerAt, r.server);
  store_ip4(p + kRouterAt, r.router);
  for (size_t i = 0; i < r.dns.size(); ++i) store_ip4(p + kDnsAt + 4 * i, r.dns[i]);
  store_be64(p + kRenewAt, r.renew_wall_s);
  store_be64(p + kRebindAt, r.rebind_wall_s);
  store_be64(p + kExpiresAt, r.expires_wall_s);
  store_be16(p + kChecksumAt, record_checksum(out));
}

std::optional<Dhcp4StateRecord> parse_dhcp4_state(std::span<const uint8_t> bytes) {
  if (bytes.size() != kDhcp4StateBytes) return std::nullopt;
  const uint8_t* p = bytes.data();
  if (load_be32(p + kMagicAt) != kMagic || load_be16(p + kVersionAt) != kVersion) {
    return std::nullopt;
  }
  if (record_checksum(bytes) != 0) return std::nullopt;
  const uint32_t prefix_length = load_be32(p + kPrefixLengthAt);
  if (prefix_length == 0 || prefix_length > 32) return std::nullopt;
  Dhcp4StateRecord r;
  r.mac = load_mac(p + kMacAt);
  r.mtu_bytes = load_be16(p + kMtuAt);
  r.prefix_length = static_cast<uint8_t>(prefix_length);
  r.address = load_ip4(p + kAddressAt);
  r.server = load_ip4(p + kServerAt);
  r.router = load_ip4(p + kRouterAt);
  for (size_t i = 0; i < r.dns.size(); ++i) r.dns[i] = load_ip4(p + kDnsAt + 4 * i);
  r.renew_wall_s = load_be64(p + kRenewAt);
  r.rebind_wall_s = load_be64(p + kRebindAt);
  r.expires_wall_s = load_be64(p + kExpiresAt);
  return r;
}

}  // namespace tapstack::wire
