// The command line of tapstack-peer.
#pragma once

#include <cstdint>
#include <string>

namespace tapstack::peer {

struct Options {
  std::string mode;
  std::string listen = "0.0.0.0";
  uint16_t port = 0;
  std::string to;  // ADDR:PORT; empty: listen
  std::string file;
  uint64_t bytes = 0;
  uint64_t seed = 1;
  uint64_t rate_bytes_per_second = 0;  // 0: as fast as it goes
  uint64_t after = 0;
  uint32_t count = 1;
  uint32_t parallel = 1;
  double seconds = 60;
};

// Fills `options`. Returns -1 to go on, otherwise the status to exit with (0 after --help).
int parse_options(int argc, char** argv, Options& options);

}  // namespace tapstack::peer
