#include "wire/dhcp6_state.h"

#include <algorithm>

#include "wire/address_bytes.h"
#include "wire/lease_state.h"

namespace tapstack::wire {
namespace {

constexpr uint32_t kMagic = 0x54534c36;  // "TSL6"
constexpr uint16_t kVersion = 1;

constexpr size_t kMagicAt = 0;
constexpr size_t kVersionAt = kMagicAt + 4;
constexpr size_t kChecksumAt = kVersionAt + 2;
constexpr size_t kMacAt = kChecksumAt + 2;
constexpr size_t kSearchBytesAt = kMacAt + 6;
constexpr size_t kAddressAt = kSearchBytesAt + 2;
constexpr size_t kRenewAt = kAddressAt + 16;
constexpr size_t kRebindAt = kRenewAt + 8;
constexpr size_t kPreferredAt = kRebindAt + 8;
constexpr size_t kValidAt = kPreferredAt + 8;
constexpr size_t kDnsAt = kValidAt + 8;
constexpr size_t kServerBytesAt = kDnsAt + 3 * 16;
constexpr size_t kServerAt = kServerBytesAt + 4;  // so that the length of all is even
constexpr size_t kSearchAt = kServerAt + kDuidBytesMax + 2;
static_assert(kSearchAt + 256 == kDhcp6StateBytes);

}  // namespace

void emit(std::span<uint8_t, kDhcp6StateBytes> out, const Dhcp6StateRecord& r) {
  std::ranges::fill(out, uint8_t{0});
  uint8_t* p = out.data();
  store_be32(p + kMagicAt, kMagic);
  store_be16(p + kVersionAt, kVersion);
  store_mac(p + kMacAt, r.mac);
  store_be16(p + kSearchBytesAt, r.search_bytes);
  store_ip6(p + kAddressAt, r.address);
  store_be64(p + kRenewAt, r.renew_wall_s);
  store_be64(p + kRebindAt, r.rebind_wall_s);
  store_be64(p + kPreferredAt, r.preferred_wall_s);
  store_be64(p + kValidAt, r.valid_wall_s);
  for (size_t i = 0; i < r.dns.size(); ++i) store_ip6(p + kDnsAt + 16 * i, r.dns[i]);
  p[kServerBytesAt] = r.server_bytes;
  std::ranges::copy(r.server, p + kServerAt);
  std::ranges::copy(r.search, p + kSearchAt);
  store_be16(p + kChecksumAt, record_checksum(out));
}

std::optional<Dhcp6StateRecord> parse_dhcp6_state(std::span<const uint8_t> bytes) {
  if (bytes.size() != kDhcp6StateBytes || record_checksum(bytes) != 0) return std::nullopt;
  const uint8_t* p = bytes.data();
  if (load_be32(p + kMagicAt) != kMagic || load_be16(p + kVersionAt) != kVersion) {
    return std::nullopt;
  }
  Dhcp6StateRecord r;
  r.server_bytes = p[kServerBytesAt];
  r.search_bytes = load_be16(p + kSearchBytesAt);
  if (r.server_bytes == 0 || r.server_bytes > kDuidBytesMax) return std::nullopt;
  if (r.search_bytes > r.search.size()) return std::nullopt;
  r.mac = load_mac(p + kMacAt);
  r.address = load_ip6(p + kAddressAt);
  r.renew_wall_s = load_be64(p + kRenewAt);
  r.rebind_wall_s = load_be64(p + kRebindAt);
  r.preferred_wall_s = load_be64(p + kPreferredAt);
  r.valid_wall_s = load_be64(p + kValidAt);
  for (size_t i = 0; i < r.dns.size(); ++i) r.dns[i] = load_ip6(p + kDnsAt + 16 * i);
  std::copy_n(p + kServerAt, r.server.size(), r.server.data());
  std::copy_n(p + kSearchAt, r.search.size(), r.search.data());
  return r;
}

}  // namespace tapstack::wire
