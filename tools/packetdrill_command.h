// `tapstack packetdrill`: packetdrill's scripts, run against the stack in virtual time.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tapstack::tools {

struct PacketdrillOptions {
  std::string program = "packetdrill";
  void add_to(CLI::App& app);
};

// Runs each of `words` that does not begin with '-' as a script, in its own folder; the others are
// further options of packetdrill's, for all of them. The scripts get namespaces of their own and
// harmless programs in place of sysctl, tc and their like, so that their commands change nothing
// on this machine. One line for each script on stdout, what packetdrill says on stderr. Returns 0
// when all pass, 1 when one fails, or a status of report.h.
int packetdrill(const PacketdrillOptions& options, const std::vector<std::string>& words);

}  // namespace tapstack::tools
