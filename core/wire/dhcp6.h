// DHCP for IPv6: messages between client and server (RFC 8415 8) and their options (21; RFC 3646).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/address.h"
#include "util/bytes.h"
#include "wire/address_bytes.h"

namespace tapstack::wire {

inline constexpr Port kDhcp6ClientPort{546};
inline constexpr Port kDhcp6ServerPort{547};
// All_DHCP_Relay_Agents_and_Servers, RFC 8415 7.1.
inline constexpr Ip6Address kDhcp6Servers = Ip6Address::from(0xff02, 0, 0, 0, 0, 0, 1, 2);

// RFC 8415 7.3.
enum class Dhcp6Type : uint8_t {
  kSolicit = 1,
  kAdvertise = 2,
  kRequest = 3,
  kConfirm = 4,
  kRenew = 5,
  kRebind = 6,
  kReply = 7,
  kRelease = 8,
  kDecline = 9,
  kInformationRequest = 11,
};

namespace dhcp6_option {
inline constexpr uint16_t kClientId = 1;
inline constexpr uint16_t kServerId = 2;
inline constexpr uint16_t kIaNa = 3;
inline constexpr uint16_t kIaAddress = 5;
inline constexpr uint16_t kOptionRequest = 6;
inline constexpr uint16_t kPreference = 7;
inline constexpr uint16_t kElapsedTime = 8;
inline constexpr uint16_t kStatusCode = 13;
inline constexpr uint16_t kRapidCommit = 14;
inline constexpr uint16_t kDnsServers = 23;
inline constexpr uint16_t kDomainList = 24;
inline constexpr uint16_t kInformationRefreshTime = 32;
inline constexpr uint16_t kSolMaxRt = 82;
inline constexpr uint16_t kInfMaxRt = 83;
}  // namespace dhcp6_option

// RFC 8415 21.13.
enum class Dhcp6Status : uint16_t {
  kSuccess = 0,
  kUnspecFail = 1,
  kNoAddrsAvail = 2,
  kNoBinding = 3,
  kNotOnLink = 4,
  kUseMulticast = 5,
};

struct Dhcp6Option {
  uint16_t code = 0;
  std::span<const uint8_t> data;
};

// Walks over options one by one; ends where one is cut off.
class Dhcp6OptionWalk {
 public:
  explicit Dhcp6OptionWalk(std::span<const uint8_t> options) : rest_(options) {}
  std::optional<Dhcp6Option> next();

 private:
  std::span<const uint8_t> rest_;
};

// The first option of a kind; empty: there is none.
std::optional<std::span<const uint8_t>> find_dhcp6_option(std::span<const uint8_t> options,
                                                          uint16_t code);
// What the options say of success; kSuccess without a status (RFC 8415 21.13).
Dhcp6Status dhcp6_status(std::span<const uint8_t> options);

class Dhcp6View {
 public:
  // Empty: shorter than the fixed part.
  static std::optional<Dhcp6View> parse(std::span<const uint8_t> bytes);

  Dhcp6Type type() const { return static_cast<Dhcp6Type>(bytes_[0]); }
  uint32_t transaction() const { return load_be32(bytes_.data()) & 0xffffff; }
  std::span<const uint8_t> options() const { return bytes_.subspan(4); }
  std::optional<uint32_t> option_u32(uint16_t code) const;
  uint8_t preference() const;  // 0 without the option (RFC 8415 21.8)

 private:
  explicit Dhcp6View(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  std::span<const uint8_t> bytes_;
};

// The fixed part of an identity association (RFC 8415 21.4), times in seconds, and its options.
struct Dhcp6IaNa {
  uint32_t id = 0;
  uint32_t t1_s = 0, t2_s = 0;
  std::span<const uint8_t> options;

  static std::optional<Dhcp6IaNa> parse(std::span<const uint8_t> data);
};

// RFC 8415 21.6, without its options.
struct Dhcp6IaAddress {
  Ip6Address address;
  uint32_t preferred_s = 0, valid_s = 0;

  static std::optional<Dhcp6IaAddress> parse(std::span<const uint8_t> data);
};

// Builds a message, options one by one.
class Dhcp6Writer {
 public:
  // `out` must hold the fixed part; an option that does not fit is left out.
  Dhcp6Writer(std::span<uint8_t> out, Dhcp6Type type, uint32_t transaction);

  void option(uint16_t code, std::span<const uint8_t> data);
  void option_u16(uint16_t code, uint16_t value);
  void option_u32(uint16_t code, uint32_t value);
  void option_request(std::span<const uint16_t> codes);
  // An identity association with at most one address in it.
  void ia_na(uint32_t id, uint32_t t1_s, uint32_t t2_s, const Dhcp6IaAddress* address);
  size_t bytes() const { return used_; }

 private:
  uint8_t* room_for(uint16_t code, size_t data_bytes);

  std::span<uint8_t> out_;
  size_t used_;
};

// DUID-LL of an Ethernet interface (RFC 8415 11.4).
inline constexpr size_t kDuidLlBytes = 10;
void emit_duid_ll(std::span<uint8_t, kDuidLlBytes> out, const MacAddress& mac);
// RFC 8415 11.1: a DUID has 128 octets at most after its type.
inline constexpr size_t kDuidBytesMax = 130;

}  // namespace tapstack::wire
