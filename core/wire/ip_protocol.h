// Values of IPv4's Protocol and IPv6's Next Header fields (IANA, "Protocol Numbers").
#pragma once

#include <cstdint>

namespace tapstack::wire::ip_protocol {

inline constexpr uint8_t kHopByHop = 0;
inline constexpr uint8_t kIcmp = 1;
inline constexpr uint8_t kIgmp = 2;
inline constexpr uint8_t kTcp = 6;
inline constexpr uint8_t kUdp = 17;
inline constexpr uint8_t kIp6 = 41;
inline constexpr uint8_t kRouting = 43;
inline constexpr uint8_t kFragment = 44;
inline constexpr uint8_t kEsp = 50;
inline constexpr uint8_t kAuthentication = 51;
inline constexpr uint8_t kIcmp6 = 58;
inline constexpr uint8_t kNoNextHeader = 59;
inline constexpr uint8_t kDestinationOptions = 60;
inline constexpr uint8_t kUdpLite = 136;
inline constexpr uint8_t kRaw = 255;

}  // namespace tapstack::wire::ip_protocol
