// The options of `tapstack run` that are TAPSTACK_* variables under another name.
#pragma once

#include <array>

namespace tapstack::tools {

struct RunOption {
  const char* name;
  const char* variable;
  const char* type;
  const char* help;
};

extern const std::array<RunOption, 26> kRunOptions;

}  // namespace tapstack::tools
