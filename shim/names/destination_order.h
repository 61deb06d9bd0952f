// The order in which a program should try the addresses of a name: RFC 6724 6.
#pragma once

#include <optional>
#include <vector>

#include "shim/names/numeric.h"

namespace tapstack::shim::names {

struct Destination {
  NumericAddress to;
  std::optional<IpAddress> source;   // what packets to it would come from; none: it is out of reach
  uint8_t source_prefix_length = 0;  // bits
};

// Sorts by the rules 1, 2, 5, 6, 8 and 9; what they leave equal keeps its order (rule 10). 3, 4 and
// 7 have nothing to go by: deprecated sources, home addresses and tunnels are not known here.
void order_destinations(std::vector<Destination>& all);

}  // namespace tapstack::shim::names
