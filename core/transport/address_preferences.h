// Which of our IPv6 addresses an endpoint prefers where source selection leaves a choice (RFC
// 5014).
#pragma once

#include "net/source_selection.h"

namespace tapstack::transport {

struct AddressPreferences {
  net::SourcePreference sort = net::SourcePreference::kNone;
  bool care_of = false;  // rather than home addresses (RFC 6275): there are neither
};

}  // namespace tapstack::transport
