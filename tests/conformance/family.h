// How a script, written with IPv4's addresses, sizes and ICMP, runs over IPv6: one behaviour of TCP
// or UDP is written down once and shown for both.
//
// - 10.10.10.N is fd10:10:10::N, any other address a.b.c.d is 2001:db8::a.b.c.d, off the link.
// - MTUs are 20 bytes more, so that a segment holds as much; so are what ICMP says and quotes.
// - Unreachable, time exceeded and packet too big stand for ICMP's messages of that meaning, and
//   IPV6_* options for IP_*. DF and identification, which IPv6 does not have, are not compared.
#pragma once

#include <array>

#include "core/socket/types.h"
#include "core/util/address.h"
#include "tests/conformance/packet.h"

namespace tapstack::conformance {

// What IPv6's header has more than IPv4's.
inline constexpr uint32_t kMoreHeaderBytes = 20;

using Ip6Octets = std::array<uint8_t, 16>;
Ip6Octets ip6_of(Ip ip);
Ip ip_of(const Ip6Octets& octets);
// The address for the stack.
IpAddress address_of(Ip ip, Family family);
// What a script writes for an address of either family; 0 for none.
Ip script_ip(const IpAddress& address);

struct IcmpKind {
  uint8_t type = 0, code = 0;
  bool operator==(const IcmpKind&) const = default;
};
// The message of the other version with the same meaning. Throws SyntaxError when there is none.
IcmpKind icmp6_of(const IcmpKind& icmp4);
// {255, 255} when there is none.
IcmpKind icmp4_of(const IcmpKind& icmp6);

// RFC 7413: the cookie for 10.10.10.1 at 10.10.10.2 is another than that for its like of IPv6.
// Turns one into the other where `option` brings it.
void change_cookie(ByteString& option, Family from, Family to);

Option option_for(Option option, Family family);
// Forgets what is IPv4's alone.
void expect_of_family(Attributes& expected, Family family);

}  // namespace tapstack::conformance
