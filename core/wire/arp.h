// ARP for IPv4 over Ethernet (RFC 826), the only pair of address kinds that we speak.
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

// Values of ar$op.
enum class ArpOperation : uint16_t { kRequest = 1, kReply = 2 };

// What RFC 826 calls ar$op, ar$sha, ar$spa, ar$tha, ar$tpa.
struct ArpMessage {
  ArpOperation operation = ArpOperation::kRequest;
  MacAddress sender_hardware;
  Ip4Address sender_protocol;
  MacAddress target_hardware;  // without meaning in a request
  Ip4Address target_protocol;
};

// Why a message is not one of ours, in the order of the checks.
enum class ArpProblem : uint8_t {
  kNone,
  kTooShort,
  kBadHardware,   // ar$hrd is not Ethernet
  kBadProtocol,   // ar$pro is not IPv4
  kBadLength,     // ar$hln is not 6 or ar$pln is not 4
  kBadOperation,  // neither request nor reply
};

namespace arp_field {
inline constexpr size_t kHardwareType = 0;
inline constexpr size_t kProtocolType = kHardwareType + 2;
inline constexpr size_t kHardwareLength = kProtocolType + 2;
inline constexpr size_t kProtocolLength = kHardwareLength + 1;
inline constexpr size_t kOperation = kProtocolLength + 1;
inline constexpr size_t kSenderHardware = kOperation + 2;
inline constexpr size_t kSenderProtocol = kSenderHardware + 6;
inline constexpr size_t kTargetHardware = kSenderProtocol + 4;
inline constexpr size_t kTargetProtocol = kTargetHardware + 6;
inline constexpr size_t kEnd = kTargetProtocol + 4;
}  // namespace arp_field

class ArpView {
 public:
  static constexpr size_t kBytes = arp_field::kEnd;
  static constexpr uint16_t kHardwareEthernet = 1;
  static constexpr uint16_t kProtocolIp4 = 0x0800;

  // `bytes` is what follows the link header; padding after the message is allowed.
  static constexpr ArpProblem check(std::span<const uint8_t> bytes) {
    using namespace arp_field;
    if (bytes.size() < kBytes) return ArpProblem::kTooShort;
    const uint8_t* p = bytes.data();
    if (load_be16(p + kHardwareType) != kHardwareEthernet) return ArpProblem::kBadHardware;
    if (load_be16(p + kProtocolType) != kProtocolIp4) return ArpProblem::kBadProtocol;
    if (p[kHardwareLength] != 6 || p[kProtocolLength] != 4) return ArpProblem::kBadLength;
    const auto operation = static_cast<ArpOperation>(load_be16(p + kOperation));
    const bool known = operation == ArpOperation::kRequest || operation == ArpOperation::kReply;
    return known ? ArpProblem::kNone : ArpProblem::kBadOperation;
  }

  // Empty when check() finds a problem. The view is valid as long as `bytes` is.
  static constexpr std::optional<ArpView> parse(std::span<const uint8_t> bytes) {
    if (check(bytes) != ArpProblem::kNone) return std::nullopt;
    return ArpView(bytes.data());
  }

  constexpr ArpOperation operation() const {
    return static_cast<ArpOperation>(load_be16(p_ + arp_field::kOperation));
  }
  constexpr MacAddress sender_hardware() const { return load_mac(p_ + arp_field::kSenderHardware); }
  constexpr Ip4Address sender_protocol() const { return load_ip4(p_ + arp_field::kSenderProtocol); }
  constexpr MacAddress target_hardware() const { return load_mac(p_ + arp_field::kTargetHardware); }
  constexpr Ip4Address target_protocol() const { return load_ip4(p_ + arp_field::kTargetProtocol); }

 private:
  constexpr explicit ArpView(const uint8_t* p) : p_(p) {}

  const uint8_t* p_;
};

// Writes the message into the first ArpView::kBytes of `out`, which must be that long.
constexpr void emit(std::span<uint8_t> out, const ArpMessage& m) {
  using namespace arp_field;
  TAPSTACK_ASSERT(out.size() >= ArpView::kBytes);
  uint8_t* p = out.data();
  store_be16(p + kHardwareType, ArpView::kHardwareEthernet);
  store_be16(p + kProtocolType, ArpView::kProtocolIp4);
  p[kHardwareLength] = 6;
  p[kProtocolLength] = 4;
  store_be16(p + kOperation, static_cast<uint16_t>(m.operation));
  store_mac(p + kSenderHardware, m.sender_hardware);
  store_ip4(p + kSenderProtocol, m.sender_protocol);
  store_mac(p + kTargetHardware, m.target_hardware);
  store_ip4(p + kTargetProtocol, m.target_protocol);
}

}  // namespace tapstack::wire
