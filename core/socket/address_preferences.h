// IPV6_ADDR_PREFERENCES (RFC 5014): which of our addresses a socket would rather be seen with.
#pragma once

#include <cstdint>

#include "transport/address_preferences.h"
#include "util/result.h"

namespace tapstack::socket {

// `flags` are those of RFC 5014 5 as Linux numbers them; of each sort that none is named of stays
// as it was. kInvalid: two of a sort that contradict each other.
Status set_preferences(transport::AddressPreferences& preferences, int64_t flags);
int64_t flags_of(const transport::AddressPreferences& preferences);

}  // namespace tapstack::socket
