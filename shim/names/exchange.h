// Questions on their way to name servers and back, over sockets as the program itself makes them:
// under the library they are the stack's.
#pragma once

#include <cstdint>
#include <vector>

#include "core/app/dns_exchange.h"

namespace tapstack::shim::names {

struct Exchange {
  app::DnsExchange protocol;
  std::vector<uint8_t> answer;  // the message, once protocol.state() is kAnswered
};

// Runs all of them at the same time until each is answered or has failed. Blocks as long as that
// takes by the settings of the exchanges; signals do not end it. A cancellation point.
void run_exchanges(std::vector<Exchange>& all);

}  // namespace tapstack::shim::names
