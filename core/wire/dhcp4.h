// DHCP for IPv4: messages (RFC 2131 2) and their options (RFC 2132, 3396, 3397, 3442).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/address.h"
#include "util/bytes.h"
#include "wire/address_bytes.h"

namespace tapstack::wire {

inline constexpr Port kDhcp4ServerPort{67};
inline constexpr Port kDhcp4ClientPort{68};

// Values of option 53 (RFC 2132 9.6).
enum class Dhcp4Type : uint8_t {
  kNone = 0,  // no such option: plain BOOTP
  kDiscover = 1,
  kOffer = 2,
  kRequest = 3,
  kDecline = 4,
  kAck = 5,
  kNak = 6,
  kRelease = 7,
  kInform = 8,
};

namespace dhcp4_option {
inline constexpr uint8_t kPad = 0;
inline constexpr uint8_t kSubnetMask = 1;
inline constexpr uint8_t kRouter = 3;
inline constexpr uint8_t kDnsServers = 6;
inline constexpr uint8_t kHostName = 12;
inline constexpr uint8_t kDomainName = 15;
inline constexpr uint8_t kInterfaceMtu = 26;
inline constexpr uint8_t kNtpServers = 42;
inline constexpr uint8_t kRequestedAddress = 50;
inline constexpr uint8_t kLeaseTime = 51;
inline constexpr uint8_t kOverload = 52;
inline constexpr uint8_t kMessageType = 53;
inline constexpr uint8_t kServerIdentifier = 54;
inline constexpr uint8_t kParameterRequestList = 55;
inline constexpr uint8_t kMaximumMessageSize = 57;
inline constexpr uint8_t kRenewalTime = 58;
inline constexpr uint8_t kRebindingTime = 59;
inline constexpr uint8_t kClientIdentifier = 61;
inline constexpr uint8_t kDomainSearch = 119;           // RFC 3397
inline constexpr uint8_t kClasslessStaticRoutes = 121;  // RFC 3442
inline constexpr uint8_t kEnd = 255;
}  // namespace dhcp4_option

namespace dhcp4_field {
inline constexpr size_t kOperation = 0;
inline constexpr size_t kHardwareType = kOperation + 1;
inline constexpr size_t kHardwareLength = kHardwareType + 1;
inline constexpr size_t kHops = kHardwareLength + 1;
inline constexpr size_t kTransaction = kHops + 1;
inline constexpr size_t kSeconds = kTransaction + 4;
inline constexpr size_t kFlags = kSeconds + 2;
inline constexpr size_t kClientAddress = kFlags + 2;
inline constexpr size_t kYourAddress = kClientAddress + 4;
inline constexpr size_t kServerAddress = kYourAddress + 4;
inline constexpr size_t kRelayAddress = kServerAddress + 4;
inline constexpr size_t kClientHardware = kRelayAddress + 4;
inline constexpr size_t kServerName = kClientHardware + 16;
inline constexpr size_t kFile = kServerName + 64;
inline constexpr size_t kCookie = kFile + 128;
inline constexpr size_t kOptions = kCookie + 4;
}  // namespace dhcp4_field

// Fields that a client fills or reads, by the names of RFC 2131 2.
struct Dhcp4Header {
  bool is_reply = false;  // op: BOOTREPLY
  uint32_t xid = 0;
  uint16_t secs = 0;
  bool broadcast = false;
  Ip4Address ciaddr{}, yiaddr{}, siaddr{}, giaddr{};
  MacAddress chaddr{};
};

class Dhcp4View {
 public:
  // Empty: shorter than the fixed part, not Ethernet, or without the cookie (RFC 2131 3).
  static std::optional<Dhcp4View> parse(std::span<const uint8_t> bytes);

  Dhcp4Header header() const;
  Dhcp4Type type() const;

  // The data of every instance of `code` one after the other (RFC 3396 5), in the order options,
  // file, sname where option 52 says that they hold options too (RFC 2131 4.1). Copies at most
  // out.size() bytes; returns how many there are; empty when the option is not there.
  std::optional<size_t> option(uint8_t code, std::span<uint8_t> out) const;
  // Options of one fixed length; empty when it is not there or has another length.
  std::optional<uint32_t> option_u32(uint8_t code) const;
  std::optional<uint16_t> option_u16(uint8_t code) const;
  std::optional<Ip4Address> option_address(uint8_t code) const;

 private:
  explicit Dhcp4View(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  std::span<const uint8_t> bytes_;
};

// Builds a message: the fixed part at once, options one by one, then finish().
class Dhcp4Writer {
 public:
  // `out` must hold the fixed part, message type and end: 300 bytes at least.
  Dhcp4Writer(std::span<uint8_t> out, const Dhcp4Header& header, Dhcp4Type type);

  // Left out when there is no room; `data` has 255 bytes at most.
  void option(uint8_t code, std::span<const uint8_t> data);
  void option_u16(uint8_t code, uint16_t value);
  void option_u32(uint8_t code, uint32_t value);
  void option_address(uint8_t code, Ip4Address address);
  // Ends the options; returns the length of the message, which is 300 at least (RFC 951 3: what
  // old relays and servers want).
  size_t finish();

 private:
  std::span<uint8_t> out_;
  size_t used_ = 0;
};

// One route of option 121 (RFC 3442): gateway 0.0.0.0 means on link.
struct Dhcp4Route {
  Prefix destination;
  Ip4Address gateway;
};

// Takes the first route off `data`; empty at the end or where it is malformed.
std::optional<Dhcp4Route> take_classless_route(std::span<const uint8_t>& data);

}  // namespace tapstack::wire
