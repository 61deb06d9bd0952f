// `tapstack doctor`: what on this machine would stop the library, and how to mend it.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tapstack::tools {

struct DoctorOptions {
  bool is_json = false;
  void add_to(CLI::App& app);
};

// Runs every check, with the settings of the environment, and says a line about each on stdout:
// "ok", "warn" or "fail", what it found, how to mend it. `programs` are looked at too. Returns 0,
// or 1 when a check failed.
int examine_machine(const DoctorOptions& options, const std::vector<std::string>& programs);

}  // namespace tapstack::tools
