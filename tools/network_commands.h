// ip(8), iptables(8) and nft(8), in this network namespace or another.
#pragma once

#include <string>
#include <vector>

#include "tapif/device.h"
#include "tapif/os.h"

namespace tapstack::tools {

using Words = std::vector<std::string>;

// Runs a command and waits for it; `network` is a descriptor of the namespace to run it in, or none
// for this one. The failure has the last line that it said on stderr.
tapif::Failure run_network_command(const Words& words, const tapif::os::Fd& network);

// Rules that put the address of the outgoing interface in the place of a stack's.
struct Masquerade {
  std::string source;      // addresses concerned, a prefix
  std::string link;        // the interface that they come from: nothing is changed on the way to it
  bool accepts_forwarded;  // also let such packets pass where others may be dropped (iptables)
};
enum class RuleChange { kMake, kTakeBack };

// By iptables, which can also accept what another's rules would drop, otherwise by nft. ENOENT:
// neither is installed.
tapif::Failure change_rules(const Masquerade& rules, RuleChange change,
                            const tapif::os::Fd& network);

}  // namespace tapstack::tools
