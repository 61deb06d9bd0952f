// What the literature says that an algorithm gets from a path: its response function.
#pragma once

#include <string_view>

namespace tapstack::bench {

// A path as the models see it.
struct ModelPath {
  double rate_bits_per_second = 0;  // of payload
  double round_trip_s = 0;
  double loss = 0;  // probability of each packet, in (0, 1)
  double segment_bytes = 1448;
};

// Reno with a selective repeat of what is lost: sqrt(3/2) / sqrt(p) segments a round trip (Mathis,
// Semke, Mahdavi, Ott 1997, with an ACK's octets counted rather than ACKs, RFC 3465), with the
// term for time-outs of Padhye, Firoiu, Towsley, Kurose 1998 (31). Bits a second.
double reno_response(const ModelPath& path, double rto_s);
// RFC 9438 5.1, Figure 6 with C 0.4 and beta 0.7: 1.054 RTT^0.75 / p^0.75 segments, or Reno's where
// that is more (4.3). Bits a second.
double cubic_response(const ModelPath& path, double rto_s);
// What algorithm `name` gets of the path, at most its rate. BBR does not respond to less than 2 %
// (draft-ietf-ccwg-bbr, BBR.LossThresh).
double expected_bits_per_second(std::string_view name, const ModelPath& path);

}  // namespace tapstack::bench
