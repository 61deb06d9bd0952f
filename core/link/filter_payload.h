// SKF_AD_PAY_OFFSET: where a packet's payload begins.
#pragma once

#include "link/packet_filter.h"

namespace tapstack::link {

// Bytes from offset 0 of the program to behind the transport header, as skb_get_poff() of Linux; to
// the transport header, of a later fragment; 0 when the packet is neither IPv4 nor IPv6.
uint32_t payload_offset(const FilterSubject& subject);

}  // namespace tapstack::link
