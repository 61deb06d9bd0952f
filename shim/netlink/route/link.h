// RTM_*LINK: interfaces.
#pragma once

#include "core/api/interfaces.h"
#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::route {

// An interface with what the engine keeps of it.
struct LinkFacts {
  api::InterfaceInfo info;
  uint32_t flags = 0;  // IFF_*
};
LinkFacts link_facts(const Works& works, const api::InterfaceInfo& info);

// Writes it as a message of type RTM_NEWLINK or RTM_DELLINK; `filter`: RTEXT_FILTER_*. False:
// it did not fit.
bool write_link(Writer& out, uint16_t type, const LinkFacts& link, uint32_t filter);

int get_link(Call& call, const Message& request);
int dump_links(Call& call, const Message& request, Cursor& at);
int new_link(Call& call, const Message& request);
int set_link(Call& call, const Message& request);
int delete_link(Call& call, const Message& request);

// The interface that a request names by index, or by name where that is 0; null: there is none.
Result<api::InterfaceInfo> find_interface(const Stack& stack, int index, std::string_view name);

}  // namespace tapstack::shim::netlink::route
