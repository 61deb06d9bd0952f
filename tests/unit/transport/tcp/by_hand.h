// Segments made by hand, as tests of the input steps need them.
#pragma once

#include <cstdint>

#include "pair.h"

namespace tapstack::transport::tcp {

namespace flag = wire::tcp_flag;

// From a, port 4000, to b.
inline Flow towards_b(const Pair& p, uint16_t port = 80) {
  return {{p.b.address, {port}}, {p.a.address, {4000}}};
}

inline wire::TcpHeader header(wire::TcpFlags flags, SeqNumber seq, SeqNumber ack = SeqNumber(0),
                              uint16_t window = 8000) {
  wire::TcpHeader h;
  h.flags = flags;
  h.sequence_number = seq.value();
  h.acknowledgment_number = ack.value();
  h.window = window;
  return h;
}

}  // namespace tapstack::transport::tcp
