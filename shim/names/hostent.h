// struct hostent in a caller's buffer, as the _r functions of netdb.h have it.
#pragma once

#include <netdb.h>

#include <cstddef>

#include "shim/names/lookup.h"

namespace tapstack::shim::names {

// Writes `host` with its addresses of `family` (AF_INET or AF_INET6) into `entry`, everything it
// points to into `buffer`. False if that is too small.
bool fill_hostent(const FoundHost& host, int family, hostent& entry, char* buffer, size_t bytes);

}  // namespace tapstack::shim::names
