// The way of a stack on a TAP device to this machine's network, for root: through the machine as
// its NAT router, or into one of its bridges.
//
//   stack - ts0 | up0 - tsup<pid> | the machine        (| : a network namespace ends)
#pragma once

#include <string>

#include "tapif/os.h"
#include "tools/caretaker.h"

namespace tapstack::tools {

class Uplink {
 public:
  // `bridge`: the name of one, empty for NAT. In the network namespace that it is to lead to.
  explicit Uplink(std::string bridge);

  // The caretaker's part of NAT: rules and forwarding of the machine, until the namespaces end.
  // Failures: EPERM (not root), ENOENT (neither iptables nor nft).
  Duties duties() const;
  // In the namespaces, where the stack's device is `tap`; `told` is what the caretaker has told.
  // Failure: a command's.
  tapif::Failure connect(const std::string& tap, const std::string& told) const;
  bool is_nat() const { return bridge_.empty(); }

 private:
  tapif::Failure connect_nat(const std::string& tap, const std::string& told) const;
  tapif::Failure connect_bridge(const std::string& tap) const;
  std::string address(unsigned host) const;

  std::string bridge_;
  std::string link_;  // the machine's end
  unsigned subnet_;   // of 198.18.0.0/15
  tapif::os::Fd machine_;
};

}  // namespace tapstack::tools
