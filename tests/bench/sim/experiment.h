// One cell of the grid: bulk transfers over one path for some virtual time, and what came of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "util/time.h"

namespace tapstack::bench {

struct Cell {
  std::string group;  // what it belongs to in the report
  int64_t rate_bits_per_second = 0;
  Duration round_trip;                  // without queueing
  double buffer_bdps = 1;               // queue at the bottleneck, in bandwidth-delay products
  double loss = 0;                      // random, of data packets
  double reorder = 0;                   // probability that a data packet comes late,
  Duration reorder_delay;               // by so much
  bool marks = false;                   // ECN: the queue marks from a quarter of it on
  Duration duration;                    // virtual time from the start of the first flow
  Duration stagger;                     // flow n starts n times so much later
  std::vector<std::string> algorithms;  // of each flow
  uint64_t seed = 1;
};

// Figures of the second part of the run, when all flows had time to settle.
struct Outcome {
  std::vector<double> goodput_bits_per_second;  // of each flow: payload that its reader got
  double utilisation = 0;     // of all flows together, of what the path could carry
  double jain_index = 0;      // Jain, Chiu, Hawe 1984: 1 is equal shares, 1/n one takes all
  double convergence_s = -1;  // from the last flow's start to the first of three windows in
                              // which Jain's index is at least 0.95; -1: never
  double retransmitted = 0;   // segments sent again, of those sent
  uint64_t timeouts = 0;      // of the retransmission timer, whole run
  uint64_t overflowed = 0;    // packets that the queue dropped, whole run
  double queue_delay_ms = 0;  // mean, whole run
  double start_up_s = -1;     // until the first flow got half its share of a window's capacity
  std::vector<std::vector<double>> shares;  // of each flow in each window, of the capacity
  std::string problem;                      // empty, or what must not happen
};

// Bytes of payload, with timestamps in every segment, of each byte of Ethernet frame.
inline constexpr double kPayloadShare = 1448.0 / 1514.0;
// A queue holds this at least, or no burst of a sender would pass: ten packets (RFC 6928).
inline constexpr int64_t kQueueBytesMin = 10 * 1514;

int64_t bdp_bytes(const Cell& cell);
int64_t queue_bytes(const Cell& cell);
Outcome run(const Cell& cell);

}  // namespace tapstack::bench
