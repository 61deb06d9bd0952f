// Clients of another user: programs that inherited a socket and gave up their rights. Each may use
// the sockets that it has shown a handle of, and those that it opens; nothing before it has shown
// one.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "shim/common/identity.h"
#include "shim/common/protocol.h"

namespace tapstack::shim {

class Strangers {
 public:
  // False when there are too many that have shown nothing.
  bool admit(int channel);
  void drop(int channel) { sockets_.erase(channel); }
  bool has(int channel) const { return sockets_.contains(channel); }
  // Those that have shown nothing, and so are nobody to stay for.
  size_t unproven() const;

  // The handle is one of the engine's: the client may use its socket. False: it is not.
  bool take_proof(int channel, int handle, const EngineToken& engine);
  bool has_proof(int channel) const { return !sockets_.at(channel).empty(); }
  // The request is about no socket, or one that the client may use.
  bool may_ask(int channel, const Request& request) const;
  // A socket that was opened or accepted for the client.
  void grant(int channel, SlotId slot);
  // A process that the client has forked.
  void inherit(int channel, int child) { sockets_[child] = sockets_.at(channel); }

 private:
  std::map<int, std::vector<SlotId>> sockets_;  // by channel
};

}  // namespace tapstack::shim
