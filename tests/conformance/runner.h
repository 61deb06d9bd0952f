// Runs a script against a Stack.
#pragma once

#include <string>

#include "tests/conformance/script.h"

namespace tapstack::conformance {

struct Outcome {
  bool ok = false;
  std::string failure;  // file:line: what, with expected and got in the script's notation
  std::string trace;    // every packet and event with its time
};

// Throws SyntaxError for what can only be found out while it runs, such as an unknown descriptor.
Outcome run(const Script& script);

}  // namespace tapstack::conformance
