// How values of the stack look in rtnetlink messages, both ways.
#pragma once

#include <sys/socket.h>

#include <optional>

#include "core/api/types.h"
#include "shim/netlink/message.h"
#include "shim/netlink/writer.h"

namespace tapstack::shim::netlink::route {

// In the order of their numbers, as a dump has them.
inline constexpr uint8_t kFamilies[] = {AF_INET, AF_INET6};

// AF_INET or AF_INET6.
uint8_t family_number(const IpAddress& address);

// An attribute of the address's four or sixteen octets.
void write_address(Writer& out, uint16_t type, const IpAddress& address);
// Such an attribute of a message of `family`; a link-local one is of interface `zone`. None: it is
// absent or of another length.
std::optional<IpAddress> read_address(const Attributes& attributes, uint16_t type, uint8_t family,
                                      InterfaceId zone);

// Times in seconds from now, rounded down; `never` is what stands for ever.
uint32_t seconds_until(Instant when, Instant now, uint32_t never);
// From a number of seconds; 0xffffffff is for ever.
Instant after_seconds(Instant now, uint32_t seconds);

// The network of a prefix: the bits behind its length are zero.
Prefix network_of(const Prefix& prefix);
// The subnet-directed broadcast address; none where there is none (RFC 3021, IPv6).
std::optional<IpAddress> broadcast_of(const Prefix& prefix);

}  // namespace tapstack::shim::netlink::route
