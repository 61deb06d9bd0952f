// UDP-Lite (RFC 3828): UDP's header, but where that has the length this says how much of the packet
// the checksum covers. The length is what IP delivered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/bytes.h"
#include "wire/udp.h"

namespace tapstack::wire {

enum class UdpLiteProblem : uint8_t {
  kNone,
  kTooShort,     // not even a header
  kBadCoverage,  // 1 to 7, or beyond what IP delivered
  kNoChecksum,   // zero: there must be one
};

class UdpLiteView {
 public:
  static constexpr size_t kHeaderBytes = UdpView::kHeaderBytes;
  // The least that is covered: the header.
  static constexpr uint16_t kCoverageBytesMin = kHeaderBytes;

  // `bytes` begins with the header and holds at least the header of the `payload_bytes` that IP
  // delivered. RFC 3828 3.1.
  static constexpr UdpLiteProblem check(std::span<const uint8_t> bytes, size_t payload_bytes) {
    if (bytes.size() < kHeaderBytes) return UdpLiteProblem::kTooShort;
    const size_t coverage = load_be16(bytes.data() + udp_field::kLength);
    const bool is_all = coverage == 0;
    if (!is_all && (coverage < kCoverageBytesMin || coverage > payload_bytes)) {
      return UdpLiteProblem::kBadCoverage;
    }
    const bool has_checksum = load_be16(bytes.data() + udp_field::kChecksum) != 0;
    return has_checksum ? UdpLiteProblem::kNone : UdpLiteProblem::kNoChecksum;
  }

  // Empty when check() finds a problem. The view is valid as long as `bytes` is.
  static constexpr std::optional<UdpLiteView> parse(std::span<const uint8_t> bytes,
                                                    size_t payload_bytes) {
    if (check(bytes, payload_bytes) != UdpLiteProblem::kNone) return std::nullopt;
    return UdpLiteView(bytes.data());
  }

  constexpr Port source() const { return {load_be16(p_ + udp_field::kSource)}; }
  constexpr Port destination() const { return {load_be16(p_ + udp_field::kDestination)}; }
  // How much of header and data, from the header on, the checksum covers; 0: all.
  constexpr uint16_t coverage_bytes() const { return load_be16(p_ + udp_field::kLength); }

 private:
  constexpr explicit UdpLiteView(const uint8_t* p) : p_(p) {}

  const uint8_t* p_;
};

}  // namespace tapstack::wire
