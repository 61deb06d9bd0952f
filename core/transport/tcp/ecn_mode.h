// Whether connections use ECN; the numbers are those of Linux's net.ipv4.tcp_ecn.
#pragma once

#include <cstdint>

namespace tapstack::transport::tcp {

enum class EcnMode : uint8_t {
  kOff = 0,
  kAsk = 1,     // in our SYNs, and agree when asked
  kAccept = 2,  // agree when asked
};

}  // namespace tapstack::transport::tcp
