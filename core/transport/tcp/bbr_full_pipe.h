// BBR: has the pipe been filled? draft-ietf-ccwg-bbr 5.3.1.2: when three rounds of trying to send
// faster have not delivered a quarter more.
#pragma once

#include <cstdint>

namespace tapstack::transport::tcp {

class BbrFullPipe {
 public:
  // Looks anew; `baseline_bytes_per_s` is what must be exceeded by a quarter, 0 for nothing yet.
  void reset(uint64_t baseline_bytes_per_s = 0);
  // At the start of a round whose sample was not limited by the program.
  void on_round(uint64_t rate_bytes_per_s);
  void set_reached();  // losses say so (5.3.1.3)
  void take_back();    // they were none

  bool is_reached() const { return is_reached_; }  // BBR.full_bw_reached: ever
  bool is_now() const { return is_now_; }          // BBR.full_bw_now: since the last reset

 private:
  uint64_t full_bw_bytes_per_s_ = 0;
  uint8_t count_ = 0;
  bool is_now_ = false;
  bool is_reached_ = false;
};

}  // namespace tapstack::transport::tcp
