// RTM_*ADDR: addresses of interfaces.
#pragma once

#include "core/api/interfaces.h"
#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::route {

// An address with the interface that has it.
struct OwnAddress {
  InterfaceId interface;
  api::InterfaceAddress address;
  bool is_secondary = false;  // another one of its subnet came before it
};

// The n-th address of `family` (AF_INET, AF_INET6) of all interfaces; none past the last.
std::optional<OwnAddress> address_of_all(const Stack& stack, uint8_t family, size_t n);

// Writes it as a message of type RTM_NEWADDR or RTM_DELADDR. False: it did not fit.
bool write_address_message(Writer& out, uint16_t type, const Works& works, const OwnAddress& own);

int dump_addresses(Call& call, const Message& request, Cursor& at);
int new_address(Call& call, const Message& request);
int delete_address(Call& call, const Message& request);

}  // namespace tapstack::shim::netlink::route
