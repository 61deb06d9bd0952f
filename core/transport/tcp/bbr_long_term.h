// BBR.inflight_longterm: the volume in flight beyond which probing for bandwidth lost too much, and
// how probing raises it again (draft-ietf-ccwg-bbr 5.3.3.4 and 5.3.3.6).
#pragma once

#include <cstdint>

#include "transport/tcp/bbr_model.h"

namespace tapstack::transport::tcp {

class BbrLongTerm {
 public:
  bool is_bounded() const { return bytes_ != BbrModel::kNoBound; }
  uint32_t bytes() const { return bytes_; }  // kNoBound: nothing was ever too much
  // InflightWithHeadroom(): leaves 15 % to others.
  uint32_t with_headroom_bytes(uint32_t mss_bytes) const;

  void set(uint32_t bytes) { bytes_ = bytes; }
  // This much went well: the bound, if there is one, is not lower; or an undo (kNoBound: none).
  void raise_to(uint32_t bytes);

  void begin_refill();  // the next probe begins to grow slowly
  void stop_growing() { acked_per_increase_ = BbrModel::kNoBound; }
  // RaiseInflightLongtermSlope(): once a round of ProbeBW_UP, which doubles the growth.
  void steepen(uint32_t cwnd_bytes, uint32_t mss_bytes);
  // ProbeInflightLongtermUpward(): `bytes` were acknowledged while the bound was the limit.
  void grow(uint32_t bytes, uint32_t mss_bytes);

 private:
  uint32_t bytes_ = BbrModel::kNoBound;
  uint32_t acked_per_increase_ = BbrModel::kNoBound;  // BBR.probe_up_acked_per_inc
  uint32_t acked_ = 0;                                // BBR.bw_probe_up_acked
  uint8_t rounds_ = 0;                                // BBR.bw_probe_up_rounds
};

}  // namespace tapstack::transport::tcp
