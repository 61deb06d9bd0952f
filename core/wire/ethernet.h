// Ethernet II frames (RFC 894; DIX 2.0; IEEE 802.3 3.2.6 for the type field).
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

// Values of the type field. Up to kLengthMax it is the length of an IEEE 802.3 frame.
namespace ethertype {
inline constexpr uint16_t kLengthMax = 1500;
inline constexpr uint16_t kIp4 = 0x0800;
inline constexpr uint16_t kArp = 0x0806;
inline constexpr uint16_t kVlan = 0x8100;
inline constexpr uint16_t kIp6 = 0x86dd;
inline constexpr uint16_t kServiceVlan = 0x88a8;  // IEEE 802.1ad
}  // namespace ethertype

struct EthernetHeader {
  MacAddress destination;
  MacAddress source;
  uint16_t type = 0;
};

namespace ethernet_field {
inline constexpr size_t kDestination = 0;
inline constexpr size_t kSource = kDestination + 6;
inline constexpr size_t kType = kSource + 6;
inline constexpr size_t kPayload = kType + 2;
}  // namespace ethernet_field

class EthernetView {
 public:
  static constexpr size_t kHeaderBytes = ethernet_field::kPayload;

  // Empty when `frame` is shorter than a header. The view is valid as long as `frame` is.
  static constexpr std::optional<EthernetView> parse(std::span<const uint8_t> frame) {
    if (frame.size() < kHeaderBytes) return std::nullopt;
    return EthernetView(frame);
  }

  constexpr MacAddress destination() const {
    return load_mac(frame_.data() + ethernet_field::kDestination);
  }
  constexpr MacAddress source() const { return load_mac(frame_.data() + ethernet_field::kSource); }
  constexpr uint16_t type() const { return load_be16(frame_.data() + ethernet_field::kType); }
  // Whatever follows the header in `frame`; may include padding (RFC 894).
  constexpr std::span<const uint8_t> payload() const { return frame_.subspan(kHeaderBytes); }

 private:
  constexpr explicit EthernetView(std::span<const uint8_t> frame) : frame_(frame) {}

  std::span<const uint8_t> frame_;
};

// Writes the header into the first EthernetView::kHeaderBytes of `out`, which must be that long.
constexpr void emit(std::span<uint8_t> out, const EthernetHeader& h) {
  TAPSTACK_ASSERT(out.size() >= EthernetView::kHeaderBytes);
  store_mac(out.data() + ethernet_field::kDestination, h.destination);
  store_mac(out.data() + ethernet_field::kSource, h.source);
  store_be16(out.data() + ethernet_field::kType, h.type);
}

}  // namespace tapstack::wire
