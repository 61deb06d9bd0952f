// ICMPv6 (RFC 4443): echo and errors. Neighbour discovery's messages are in nd.h, those of
// multicast listener discovery in mld.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/bytes.h"
#include "wire/icmp.h"

namespace tapstack::wire {

// Values of the type field (IANA, "ICMPv6 Parameters"). Any other value may come in.
enum class Icmp6Type : uint8_t {
  kDestinationUnreachable = 1,
  kPacketTooBig = 2,
  kTimeExceeded = 3,
  kParameterProblem = 4,
  kEcho = 128,
  kEchoReply = 129,
  kMulticastListenerQuery = 130,   // RFC 2710, RFC 3810
  kMulticastListenerReport = 131,  // RFC 2710
  kMulticastListenerDone = 132,    // RFC 2710
  kRouterSolicitation = 133,       // RFC 4861 4
  kRouterAdvertisement = 134,
  kNeighbourSolicitation = 135,
  kNeighbourAdvertisement = 136,
  kRedirect = 137,
  kMulticastListenerReport2 = 143,  // RFC 3810
};

// Codes of Destination Unreachable (RFC 4443 3.1; 7 RFC 6550, 8 RFC 8883).
namespace icmp6_unreachable {
inline constexpr uint8_t kNoRoute = 0;
inline constexpr uint8_t kProhibited = 1;
inline constexpr uint8_t kBeyondScope = 2;
inline constexpr uint8_t kAddress = 3;
inline constexpr uint8_t kPort = 4;
inline constexpr uint8_t kSourcePolicy = 5;
inline constexpr uint8_t kRejectRoute = 6;
}  // namespace icmp6_unreachable

namespace icmp6_time_exceeded {
inline constexpr uint8_t kHopLimit = 0;
inline constexpr uint8_t kReassembly = 1;
}  // namespace icmp6_time_exceeded

// Codes of Parameter Problem (RFC 4443 3.4, RFC 7112 5, RFC 8883 2).
namespace icmp6_parameter_problem {
inline constexpr uint8_t kHeaderField = 0;
inline constexpr uint8_t kNextHeader = 1;
inline constexpr uint8_t kOption = 2;
inline constexpr uint8_t kIncompleteChain = 3;
inline constexpr uint8_t kHeaderTooBig = 6;
inline constexpr uint8_t kTooManyHeaders = 8;
inline constexpr uint8_t kTooManyOptions = 9;
}  // namespace icmp6_parameter_problem

// Type, code and the four bytes after the checksum, whatever they mean.
struct Icmp6Header {
  Icmp6Type type = Icmp6Type::kEcho;
  uint8_t code = 0;
  uint32_t rest = 0;

  constexpr operator IcmpHeader() const { return {static_cast<uint8_t>(type), code, rest}; }

  static constexpr Icmp6Header echo(uint16_t identifier, uint16_t sequence_number) {
    return {Icmp6Type::kEcho, 0, (uint32_t{identifier} << 16) + sequence_number};
  }
  static constexpr Icmp6Header unreachable(uint8_t code) {
    return {Icmp6Type::kDestinationUnreachable, code, 0};
  }
  static constexpr Icmp6Header time_exceeded(uint8_t code) {
    return {Icmp6Type::kTimeExceeded, code, 0};
  }
  // `pointer`: offset of the offending byte from the start of the quoted IPv6 header.
  static constexpr Icmp6Header parameter_problem(uint8_t code, uint32_t pointer) {
    return {Icmp6Type::kParameterProblem, code, pointer};
  }
};

class Icmp6View {
 public:
  static constexpr size_t kHeaderBytes = kIcmpHeaderBytes;
  static constexpr size_t kChecksumOffset = icmp_field::kChecksum;
  // RFC 4443 2.1: types from here on are informational, those below are errors.
  static constexpr uint8_t kInformational = 128;

  // Empty below 8 bytes, the least that any message has. Every type and code is let through. The
  // view is valid as long as `bytes` is.
  static constexpr std::optional<Icmp6View> parse(std::span<const uint8_t> bytes) {
    if (bytes.size() < kHeaderBytes) return std::nullopt;
    return Icmp6View(bytes);
  }

  constexpr Icmp6Type type() const { return static_cast<Icmp6Type>(p()[icmp_field::kType]); }
  constexpr uint8_t code() const { return p()[icmp_field::kCode]; }
  constexpr uint16_t checksum() const { return load_be16(p() + icmp_field::kChecksum); }
  constexpr bool is_error() const { return p()[icmp_field::kType] < kInformational; }
  // Echo messages.
  constexpr uint16_t identifier() const { return load_be16(p() + icmp_field::kIdentifier); }
  constexpr uint16_t sequence_number() const {
    return load_be16(p() + icmp_field::kSequenceNumber);
  }
  // Packet Too Big: bytes.
  constexpr uint32_t mtu() const { return load_be32(p() + icmp_field::kRest); }
  // Parameter Problem.
  constexpr uint32_t pointer() const { return load_be32(p() + icmp_field::kRest); }

  // What follows the header in `bytes`: an echo's data; an error's quote.
  constexpr std::span<const uint8_t> data() const { return bytes_.subspan(kHeaderBytes); }

 private:
  constexpr explicit Icmp6View(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  constexpr const uint8_t* p() const { return bytes_.data(); }

  std::span<const uint8_t> bytes_;
};

}  // namespace tapstack::wire
