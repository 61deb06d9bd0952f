#include "tests/conformance/family.h"

#include <algorithm>
#include <utility>

#include "core/util/bytes.h"
#include "tests/conformance/text.h"

namespace tapstack::conformance {
namespace {

constexpr Ip kLink = 0x0a0a0a00;  // 10.10.10.0/24
constexpr Ip kLinkMask = 0xffffff00;
constexpr Ip6Octets kLinkPrefix{0xfd, 0x10, 0, 0x10, 0, 0x10};
constexpr Ip6Octets kElsewhere{0x20, 0x01, 0x0d, 0xb8};

constexpr std::pair<IcmpKind, IcmpKind> kSameIcmp[] = {
    {{0, 0}, {129, 0}},  // echo reply
    {{8, 0}, {128, 0}},  // echo request
    {{3, 0}, {1, 0}},    // unreachable: network, no route
    {{3, 1}, {1, 3}},    // host, address
    {{3, 3}, {1, 4}},    // port
    {{3, 4}, {2, 0}},    // packet too big
    {{11, 0}, {3, 0}},   // time exceeded: in transit
    {{11, 1}, {3, 1}},   // in reassembly
};

constexpr std::pair<Option, Option> kSameOptions[] = {
    {Option::kTtl, Option::kIp6HopLimit},
    {Option::kTos, Option::kIp6TrafficClass},
    {Option::kMtuDiscover, Option::kIp6MtuDiscover},
    {Option::kMtu, Option::kIp6Mtu},
    {Option::kReceiveErrors, Option::kIp6ReceiveErrors},
    {Option::kNoChecksum, Option::kIp6NoChecksumSent},
};

// Made by the key of host.cpp.
constexpr std::array<uint8_t, 8> kCookie4{0x42, 0x1b, 0x60, 0x6d, 0x1d, 0x67, 0xe0, 0x9c};
constexpr std::array<uint8_t, 8> kCookie6{0xad, 0x1a, 0x0e, 0x19, 0x80, 0x61, 0xb0, 0x69};
constexpr uint8_t kFastOpen = 34;

}  // namespace

Ip6Octets ip6_of(Ip ip) {
  if (ip == 0) return {};
  const bool is_on_link = (ip & kLinkMask) == kLink;
  Ip6Octets octets = is_on_link ? kLinkPrefix : kElsewhere;
  store_be32(octets.data() + 12, is_on_link ? ip & ~kLinkMask : ip);
  return octets;
}

Ip ip_of(const Ip6Octets& octets) {
  const Ip last = load_be32(octets.data() + 12);
  return std::equal(octets.begin(), octets.begin() + 8, kLinkPrefix.begin()) ? kLink | last : last;
}

IpAddress address_of(Ip ip, Family family) {
  if (family == Family::kIp4) return Ip4Address{ip};
  return Ip6Address{ip6_of(ip)};
}

Ip script_ip(const IpAddress& address) {
  if (address.is_ip4()) return address.ip4().value;
  return address.is_any() ? 0 : ip_of(address.octets());
}

IcmpKind icmp6_of(const IcmpKind& icmp4) {
  for (const auto& [four, six] : kSameIcmp) {
    if (four == icmp4) return six;
  }
  throw SyntaxError("no ICMPv6 message means the same: say --family 4");
}

IcmpKind icmp4_of(const IcmpKind& icmp6) {
  for (const auto& [four, six] : kSameIcmp) {
    if (six == icmp6) return four;
  }
  return {255, 255};
}

void change_cookie(ByteString& option, Family from, Family to) {
  const auto& known = from == Family::kIp4 ? kCookie4 : kCookie6;
  if (from == to || option.size() != known.size() + 2 || option[0] != kFastOpen) return;
  if (!std::equal(known.begin(), known.end(), option.begin() + 2)) return;
  const auto& other = to == Family::kIp4 ? kCookie4 : kCookie6;
  std::copy(other.begin(), other.end(), option.begin() + 2);
}

Option option_for(Option option, Family family) {
  if (family == Family::kIp4) return option;
  for (const auto& [four, six] : kSameOptions) {
    if (four == option) return six;
  }
  return option;
}

void expect_of_family(Attributes& expected, Family family) {
  if (family == Family::kIp4) return;
  expected.df.reset();
  expected.id.reset();
}

}  // namespace tapstack::conformance
