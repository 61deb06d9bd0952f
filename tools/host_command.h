// `tapstack host`: a command on the kernel's side of a running stack.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tapstack::tools {

struct HostOptions {
  pid_t pid = 0;  // 0: the newest stack that the caller may join
  void add_to(CLI::App& app);
};

// Joins the namespaces of a program started by `tapstack run` and becomes the command there,
// without the library, with every capability that those namespaces can give. Returns only on
// failure, with a status of report.h.
int host(const HostOptions& options, const std::vector<std::string>& command_line);

}  // namespace tapstack::tools
