// Cutting a superframe into the packets that the device would make of it (GSO in software).
#pragma once

#include "core/api/run.h"

namespace tapstack::tapif {

// Copies the packets of one frame out, one after another. A frame that is no superframe is one
// packet. Checksums of what comes out are complete.
class Segmenter {
 public:
  // `frame` and its bytes must outlive the Segmenter. A superframe whose headers make no sense has
  // no packets.
  Segmenter(ConstBytes frame, const api::Offload& offload);

  // Writes the next packet to `out`; returns its length in bytes, 0 after the last. One that does
  // not fit is left out.
  size_t next(Bytes out);

 private:
  bool find_payload();
  size_t next_segment(Bytes out);
  void fix_ip(Bytes packet) const;
  void fix_transport(Bytes packet, bool is_last) const;

  ConstBytes frame_;
  api::Offload offload_;
  size_t transport_ = 0;  // offsets in the frame
  size_t payload_ = 0;
  size_t end_ = 0;      // of the frame without padding
  size_t at_ = 0;       // next payload byte
  uint32_t index_ = 0;  // of the next packet
  uint8_t protocol_ = 0;
  bool is_ip6_ = false;
};

}  // namespace tapstack::tapif
