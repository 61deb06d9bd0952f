// The stack's counters by name, all as they were at one moment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tapstack::shim::proc {

class Counters {
 public:
  // Asks the engine; 0 or an errno.
  int fetch();
  // The counter `group` followed by `name` ("TcpExt", "TCPTimeouts"); 0: the stack has none such.
  uint64_t value(std::string_view group, std::string_view name) const;

 private:
  std::string lines_;  // "name value", a newline in front of each
};

}  // namespace tapstack::shim::proc
