// What happened in a run, as a hash that two runs of one seed must share, and on request in words
// and as a capture file.
#pragma once

#include <cstdint>
#include <cstdio>
#include <span>
#include <string>

#include "util/time.h"

namespace tapstack::sim {

class Trace {
 public:
  Trace() = default;
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  void print_to(std::FILE* out) { out_ = out; }
  // Returns whether the file could be made. Frames follow as Ethernet, in microseconds.
  bool capture_to(const std::string& path);

  // A frame that `host` handed to its device.
  void frame(Instant now, int host, std::span<const uint8_t> bytes);
  // Anything else that is decided by the seed.
  [[gnu::format(printf, 4, 5)]] void note(Instant now, int host, const char* format, ...);
  uint64_t hash() const { return hash_; }
  uint64_t frames() const { return frames_; }

 private:
  void mix_in(std::span<const uint8_t> bytes);
  void mix_in(uint64_t value);

  std::FILE* out_ = nullptr;
  std::FILE* pcap_ = nullptr;
  uint64_t hash_ = 0xcbf29ce484222325u;  // FNV-1a
  uint64_t frames_ = 0;
};

}  // namespace tapstack::sim
