// ICMP for IPv4 (RFC 792, RFC 1122 3.2.2, RFC 1191 4 for the next-hop MTU).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/address.h"
#include "util/assert.h"
#include "util/bytes.h"
#include "util/checksum.h"
#include "wire/address_bytes.h"
#include "wire/icmp.h"

namespace tapstack::wire {

// Values of the type field (RFC 792; RFC 950 for address mask). Any other value may come in.
enum class Icmp4Type : uint8_t {
  kEchoReply = 0,
  kDestinationUnreachable = 3,
  kSourceQuench = 4,  // deprecated, ignored: RFC 6633
  kRedirect = 5,
  kEcho = 8,
  kRouterAdvertisement = 9,
  kRouterSolicitation = 10,
  kTimeExceeded = 11,
  kParameterProblem = 12,
  kTimestamp = 13,
  kTimestampReply = 14,
  kAddressMaskRequest = 17,
  kAddressMaskReply = 18,
};

// Codes of Destination Unreachable (RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1).
namespace icmp4_unreachable {
inline constexpr uint8_t kNetwork = 0;
inline constexpr uint8_t kHost = 1;
inline constexpr uint8_t kProtocol = 2;
inline constexpr uint8_t kPort = 3;
inline constexpr uint8_t kFragmentationNeeded = 4;
inline constexpr uint8_t kSourceRouteFailed = 5;
inline constexpr uint8_t kNetworkUnknown = 6;
inline constexpr uint8_t kHostUnknown = 7;
inline constexpr uint8_t kSourceHostIsolated = 8;
inline constexpr uint8_t kNetworkProhibited = 9;
inline constexpr uint8_t kHostProhibited = 10;
inline constexpr uint8_t kNetworkForTypeOfService = 11;
inline constexpr uint8_t kHostForTypeOfService = 12;
inline constexpr uint8_t kCommunicationProhibited = 13;
inline constexpr uint8_t kHostPrecedenceViolation = 14;
inline constexpr uint8_t kPrecedenceCutoff = 15;
inline constexpr uint8_t kMax = kPrecedenceCutoff;
}  // namespace icmp4_unreachable

namespace icmp4_time_exceeded {
inline constexpr uint8_t kTtl = 0;
inline constexpr uint8_t kReassembly = 1;
}  // namespace icmp4_time_exceeded

namespace icmp4_parameter_problem {
inline constexpr uint8_t kPointer = 0;        // the pointer says where
inline constexpr uint8_t kMissingOption = 1;  // RFC 1122 3.2.2.5
inline constexpr uint8_t kBadLength = 2;
}  // namespace icmp4_parameter_problem

namespace icmp4_redirect {
inline constexpr uint8_t kNetwork = 0;
inline constexpr uint8_t kHost = 1;
inline constexpr uint8_t kNetworkForTypeOfService = 2;
inline constexpr uint8_t kHostForTypeOfService = 3;
}  // namespace icmp4_redirect

namespace icmp4_field {
// Within the rest:
inline constexpr size_t kPointer = icmp_field::kRest;
inline constexpr size_t kGateway = icmp_field::kRest;
inline constexpr size_t kNextHopMtu = icmp_field::kRest + 2;  // after 16 unused bits
}  // namespace icmp4_field

// Type, code and the four bytes after the checksum, whatever they mean. Made by the functions
// below.
struct Icmp4Header {
  Icmp4Type type = Icmp4Type::kEcho;
  uint8_t code = 0;
  uint32_t rest = 0;

  constexpr operator IcmpHeader() const { return {static_cast<uint8_t>(type), code, rest}; }

  static constexpr Icmp4Header echo(uint16_t identifier, uint16_t sequence_number) {
    return {Icmp4Type::kEcho, 0, (uint32_t{identifier} << 16) + sequence_number};
  }
  static constexpr Icmp4Header echo_reply(uint16_t identifier, uint16_t sequence_number) {
    return {Icmp4Type::kEchoReply, 0, (uint32_t{identifier} << 16) + sequence_number};
  }
  // `next_hop_mtu`: bytes, for kFragmentationNeeded only, otherwise 0.
  static constexpr Icmp4Header unreachable(uint8_t code, uint16_t next_hop_mtu = 0) {
    return {Icmp4Type::kDestinationUnreachable, code, next_hop_mtu};
  }
  static constexpr Icmp4Header time_exceeded(uint8_t code) {
    return {Icmp4Type::kTimeExceeded, code, 0};
  }
  // `pointer`: offset of the offending byte from the start of the quoted IP header.
  static constexpr Icmp4Header parameter_problem(uint8_t code, uint8_t pointer) {
    return {Icmp4Type::kParameterProblem, code, uint32_t{pointer} << 24};
  }
  static constexpr Icmp4Header redirect(uint8_t code, Ip4Address gateway) {
    return {Icmp4Type::kRedirect, code, gateway.value};
  }
};

class Icmp4View {
 public:
  static constexpr size_t kHeaderBytes = kIcmpHeaderBytes;
  static constexpr size_t kChecksumOffset = icmp_field::kChecksum;

  // Empty below 8 bytes. Every type and code is let through. The view is valid as long as `bytes`
  // is.
  static constexpr std::optional<Icmp4View> parse(std::span<const uint8_t> bytes) {
    if (bytes.size() < kHeaderBytes) return std::nullopt;
    return Icmp4View(bytes);
  }

  constexpr Icmp4Type type() const { return static_cast<Icmp4Type>(p()[icmp_field::kType]); }
  constexpr uint8_t code() const { return p()[icmp_field::kCode]; }
  constexpr uint16_t checksum() const { return load_be16(p() + icmp_field::kChecksum); }
  // RFC 1122 3.2.2: messages that report an error and quote the packet that caused it.
  constexpr bool is_error() const {
    return type() == Icmp4Type::kDestinationUnreachable || type() == Icmp4Type::kSourceQuench ||
           type() == Icmp4Type::kRedirect || type() == Icmp4Type::kTimeExceeded ||
           type() == Icmp4Type::kParameterProblem;
  }

  // Echo, timestamp and address mask messages.
  constexpr uint16_t identifier() const { return load_be16(p() + icmp_field::kIdentifier); }
  constexpr uint16_t sequence_number() const {
    return load_be16(p() + icmp_field::kSequenceNumber);
  }
  // Destination Unreachable, fragmentation needed: bytes; 0 from routers older than RFC 1191.
  constexpr uint16_t next_hop_mtu() const { return load_be16(p() + icmp4_field::kNextHopMtu); }
  // Parameter Problem, code 0.
  constexpr uint8_t pointer() const { return p()[icmp4_field::kPointer]; }
  // Redirect.
  constexpr Ip4Address gateway() const { return load_ip4(p() + icmp4_field::kGateway); }

  // What follows the header in `bytes`: an echo's data; an error's quote, to be read with
  // Ip4View::parse_quoted().
  constexpr std::span<const uint8_t> data() const { return bytes_.subspan(kHeaderBytes); }
  // Only when `bytes` was the whole message.
  bool is_checksum_good() const { return checksum_of(bytes_) == 0; }

 private:
  constexpr explicit Icmp4View(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  constexpr const uint8_t* p() const { return bytes_.data(); }

  std::span<const uint8_t> bytes_;
};

}  // namespace tapstack::wire
