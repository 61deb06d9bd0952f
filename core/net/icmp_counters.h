// The counters of ICMP messages by type, of both versions: names as Linux has them in
// /proc/net/snmp and snmp6.
#pragma once

#include "link/context.h"

namespace tapstack::net {

// A sound message of `type` came in; false: no such type is known.
bool count_icmp4_in(Context& ctx, uint8_t type);
bool count_icmp6_in(Context& ctx, uint8_t type);
// A message of `type` goes out; OutMsgs counts too.
void count_icmp4_out(Context& ctx, uint8_t type);
void count_icmp6_out(Context& ctx, uint8_t type);

}  // namespace tapstack::net
