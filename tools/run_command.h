// `tapstack run`: a program over a stack of its own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/passt.h"

namespace CLI {
class App;
}

namespace tapstack::tools {

// The options: each is a TAPSTACK_* variable under another name.
class RunOptions {
 public:
  void add_to(CLI::App& app);
  // Puts what was given into the environment. Returns a line that says what makes no sense, empty
  // when everything does; variables that were in the environment before are checked too.
  std::string apply();
  // Behind apply(): what passt is to do, if it was asked for.
  const std::optional<PasstPlan>& passt() const { return passt_; }
  bool is_nat() const { return is_nat_; }
  const std::string& bridge() const { return bridge_; }  // empty: none

 private:
  std::string apply_passt();
  std::string apply_uplink();

  std::map<std::string, std::string> values_;  // by the variable's name
  std::vector<std::string> ports_;
  std::optional<PasstPlan> passt_;
  bool is_nat_ = false;
  std::string bridge_;
};

// Makes user, network and mount namespaces with the TAP device in them, and becomes the program
// with the library preloaded: its process is the caller's own, so signals and exit status need no
// help. Returns only on failure, with a status of report.h.
int run(RunOptions& options, const std::vector<std::string>& command_line);

}  // namespace tapstack::tools
