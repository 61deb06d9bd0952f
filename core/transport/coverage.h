// How much of a datagram the checksum of UDP-Lite covers (RFC 3828): what a socket sends with, and
// what it takes. Lengths count header and data, in bytes; 0 is all of them.
#pragma once

#include <cstdint>
#include <type_traits>

#include "config.h"

namespace tapstack::transport {

class FullCoverage {
 public:
  // UDPLITE_SEND_CSCOV; [8, 65535], or 0.
  void set_sent(uint16_t bytes) { sent_bytes_ = bytes; }
  uint16_t sent() const { return sent_bytes_; }
  // UDPLITE_RECV_CSCOV: no less is taken; [8, 65535], or 0. Until it is called everything is.
  void set_wanted(uint16_t bytes) {
    wanted_bytes_ = bytes;
    is_judged_ = true;
  }
  uint16_t wanted() const { return wanted_bytes_; }

  // The value of the header's field for a datagram of `bytes`: a coverage beyond it means all of it
  // (RFC 3828 3.1 would have the packet discarded).
  uint16_t of_datagram(uint16_t bytes) const {
    return sent_bytes_ != 0 && sent_bytes_ < bytes ? sent_bytes_ : bytes;
  }
  // Whether a datagram of which `covered_bytes` and no more are covered is taken (RFC 3828 3.3).
  bool takes_part(uint16_t covered_bytes) const {
    if (!is_judged_) return true;
    return wanted_bytes_ != 0 && covered_bytes >= wanted_bytes_;
  }

 private:
  bool is_judged_ = false;
  uint16_t sent_bytes_ = 0;
  uint16_t wanted_bytes_ = 0;
};

// Without UDP-Lite: takes no memory.
class NoCoverage {
 public:
  void set_sent(uint16_t) {}
  uint16_t sent() const { return 0; }
  void set_wanted(uint16_t) {}
  uint16_t wanted() const { return 0; }
  uint16_t of_datagram(uint16_t bytes) const { return bytes; }
  bool takes_part(uint16_t) const { return false; }
};

using Coverage = std::conditional_t<kConfig.udp_lite, FullCoverage, NoCoverage>;

}  // namespace tapstack::transport
