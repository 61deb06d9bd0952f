// Which cells are measured.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/sim/experiment.h"

namespace tapstack::bench {

// Groups: "rate" bandwidth by round trip by buffer without loss; "loss" random loss; "reorder";
// "share" several flows. `full` asks for more values of each and longer runs.
std::vector<Cell> grid(const std::vector<std::string>& algorithms, bool full);

}  // namespace tapstack::bench
