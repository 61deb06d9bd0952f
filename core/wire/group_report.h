// What IGMPv3 and MLDv2 have in common: codes of times, and reports, which differ in the length of
// addresses alone (RFC 3376 4.2, RFC 3810 5.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "util/address.h"
#include "util/bytes.h"
#include "wire/address_bytes.h"

namespace tapstack::wire {

// RFC 3376 4.2.12, RFC 3810 5.2.12.
enum class GroupRecordType : uint8_t {
  kModeIsInclude = 1,
  kModeIsExclude = 2,
  kChangeToInclude = 3,
  kChangeToExclude = 4,
  kAllowNewSources = 5,
  kBlockOldSources = 6,
};

// Max Resp Code and QQIC of 8 bits (RFC 3376 4.1.1, 4.1.7; RFC 3810 5.1.9).
constexpr uint32_t decode_group_time8(uint8_t code) {
  if (code < 0x80) return code;
  return (0x10u + (code & 0x0f)) << (((code >> 4) & 7) + 3);
}
// Maximum Response Code of 16 bits (RFC 3810 5.1.3).
constexpr uint32_t decode_group_time16(uint16_t code) {
  if (code < 0x8000) return code;
  return (0x1000u + (code & 0x0fff)) << (((code >> 12) & 7) + 3);
}

namespace group_report_field {
inline constexpr size_t kType = 0;
inline constexpr size_t kChecksum = 2;
inline constexpr size_t kRecordCount = 6;  // 16 bits, behind 16 reserved ones
inline constexpr size_t kHeaderBytes = 8;
// Of a record:
inline constexpr size_t kRecordType = 0;
inline constexpr size_t kSourceCount = 2;  // behind 8 bits of auxiliary data length
inline constexpr size_t kGroup = 4;
}  // namespace group_report_field

// Writes one report, record by record. Its checksum field stays 0.
class GroupReportWriter {
 public:
  // A report fits the smallest MTU of IPv4 hosts, 576 (RFC 1122 3.3.3), headers included.
  static constexpr size_t kBytesMax = 512;

  // `type`: of the message. `address_bytes`: 4 or 16.
  constexpr GroupReportWriter(uint8_t type, size_t address_bytes) : address_bytes_(address_bytes) {
    bytes_[group_report_field::kType] = type;
  }

  // Whether a record with that many sources fits.
  constexpr bool has_room(size_t sources) const {
    return size_ + group_report_field::kGroup + (1 + sources) * address_bytes_ <= kBytesMax;
  }
  // Begins a record without sources. False: no room, nothing written.
  constexpr bool begin_record(GroupRecordType type, const IpAddress& group) {
    if (!has_room(0)) return false;
    record_ = size_;
    bytes_[record_ + group_report_field::kRecordType] = static_cast<uint8_t>(type);
    size_ += group_report_field::kGroup;
    put_address(group);
    ++records_;
    store_be16(&bytes_[group_report_field::kRecordCount], records_);
    return true;
  }
  // Adds a source to the record begun last. False: no room.
  constexpr bool add_source(const IpAddress& source) {
    if (size_ + address_bytes_ > kBytesMax) return false;
    put_address(source);
    uint8_t* count = &bytes_[record_ + group_report_field::kSourceCount];
    store_be16(count, static_cast<uint16_t>(load_be16(count) + 1));
    return true;
  }
  constexpr bool is_empty() const { return records_ == 0; }
  constexpr std::span<const uint8_t> bytes() const { return {bytes_.data(), size_}; }

 private:
  constexpr void put_address(const IpAddress& address) {
    for (size_t i = 0; i < address_bytes_; ++i) bytes_[size_ + i] = address.octets()[i];
    size_ += address_bytes_;
  }

  std::array<uint8_t, kBytesMax> bytes_{};
  size_t address_bytes_;
  size_t size_ = group_report_field::kHeaderBytes;
  size_t record_ = 0;  // where the last one begins
  uint16_t records_ = 0;
};

}  // namespace tapstack::wire
