// A server's side of DHCP for tests: reads what a client sent, and makes answers.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "wire/dhcp4.h"

namespace tapstack::app {

using Octets = std::vector<uint8_t>;

namespace code = wire::dhcp4_option;

inline constexpr MacAddress kClientMac{{2, 0, 0, 0, 0, 2}};
inline constexpr Ip4Address kServer = Ip4Address::from(10, 0, 0, 1);
inline constexpr Ip4Address kOther = Ip4Address::from(10, 0, 0, 3);
inline constexpr Ip4Address kGranted4 = Ip4Address::from(10, 0, 0, 9);

struct Grant {
  Ip4Address address = kGranted4;
  Ip4Address server = kServer;
  uint32_t lease_s = 3600;
  uint32_t mask = 0xffffff00;
};

// The answer of `type` to `request`; more options may be added before finish().
class Answer {
 public:
  Answer(const Octets& request, wire::Dhcp4Type type, const Grant& grant = {})
      : bytes_(1024), writer_(bytes_, header(request, type, grant), type) {
    writer_.option_address(code::kServerIdentifier, grant.server);
    if (type == wire::Dhcp4Type::kNak) return;
    writer_.option_u32(code::kLeaseTime, grant.lease_s);
    writer_.option_u32(code::kSubnetMask, grant.mask);
  }
  Answer& address(uint8_t option, Ip4Address a) {
    writer_.option_address(option, a);
    return *this;
  }
  Answer& u16(uint8_t option, uint16_t v) {
    writer_.option_u16(option, v);
    return *this;
  }
  Answer& u32(uint8_t option, uint32_t v) {
    writer_.option_u32(option, v);
    return *this;
  }
  Answer& data(uint8_t option, const Octets& d) {
    writer_.option(option, d);
    return *this;
  }
  Octets finish() {
    bytes_.resize(writer_.finish());
    return bytes_;
  }

 private:
  static wire::Dhcp4Header header(const Octets& request, wire::Dhcp4Type type, const Grant& grant) {
    wire::Dhcp4Header h = wire::Dhcp4View::parse(request)->header();
    h.is_reply = true;
    if (type != wire::Dhcp4Type::kNak) h.yiaddr = grant.address;
    return h;
  }

  Octets bytes_;
  wire::Dhcp4Writer writer_;
};

// What a client's message says; the view must outlive it.
struct Asked {
  explicit Asked(const Octets& bytes) : view(*wire::Dhcp4View::parse(bytes)) {}
  wire::Dhcp4Type type() const { return view.type(); }
  std::optional<Ip4Address> requested() const {
    return view.option_address(code::kRequestedAddress);
  }
  std::optional<Ip4Address> server() const { return view.option_address(code::kServerIdentifier); }

  wire::Dhcp4View view;
};

}  // namespace tapstack::app
