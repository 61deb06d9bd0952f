// One run of the simulation: everything in it follows from the seed.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace tapstack::sim {

struct RunOptions {
  std::FILE* trace = nullptr;  // in words
  std::string capture;         // path of a pcap file; empty: none
};

struct RunResult {
  std::string problem;   // empty: all was well
  std::string settings;  // what the seed chose
  uint64_t hash = 0;     // of everything that happened
  uint64_t frames = 0;
  int conversations = 0;
  int timed_out = 0;    // ends of conversations, because of loss
  int unreachable = 0;  // because ARP or neighbour discovery was lost
};

RunResult run_seed(uint64_t seed, const RunOptions& options = {});

}  // namespace tapstack::sim
