// Proportional rate reduction: how much may be sent for each ACK while the window shrinks, so that
// it neither stops nor bursts (RFC 9937, which replaces RFC 6937).
#pragma once

#include <cstdint>

namespace tapstack::transport::tcp {

// What an ACK during a reduction says.
struct PrrAck {
  uint32_t delivered_bytes = 0;  // newly acknowledged or SACKed
  uint32_t pipe_bytes = 0;       // in flight after it
  bool is_safe = false;          // SafeACK: una advanced and no further loss was found (RFC 9937 6)
};

// Many ACKs may be taken in before output has its turn. For RFC 9937 they are one: otherwise those
// before the one that tells of the loss would have let nothing out, RecoverFS would be what is left
// of the window, and the reduction would go on with that little in flight.
class Prr {
 public:
  // An ACK that starts no reduction and is in none.
  void on_delivered(uint32_t bytes) { waiting_bytes_ += bytes; }
  // Output sent what it could.
  void on_output_end() { waiting_bytes_ = 0; }

  // `flight_bytes`: in flight when the reduction begins, before the ACK that started it. With what
  // waits for output since on_output_end() it is RecoverFS.
  void start(uint32_t flight_bytes, uint32_t ssthresh_bytes, uint32_t mss_bytes);
  void on_ack(const PrrAck& ack);
  void on_sent(uint32_t bytes) { out_bytes_ += bytes; }
  // In flight may be so much until the next ACK.
  uint32_t window_bytes() const { return window_bytes_; }

 private:
  uint64_t delivered_bytes_ = 0;  // prr_delivered
  uint64_t out_bytes_ = 0;        // prr_out
  uint32_t flight_bytes_ = 1;     // RecoverFS
  uint32_t ssthresh_bytes_ = 0;
  uint32_t mss_bytes_ = 1;
  uint32_t window_bytes_ = 0;
  uint32_t waiting_bytes_ = 0;  // delivered, and output could not answer it yet
};

}  // namespace tapstack::transport::tcp
