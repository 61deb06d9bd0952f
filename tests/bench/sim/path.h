// Two hosts, a bottleneck each way between them, and virtual time.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/bench/sim/bottleneck.h"
#include "tests/bench/sim/end_host.h"

namespace tapstack::bench {

struct PathSettings {
  BottleneckSettings forward;   // of what the sender says
  BottleneckSettings backward;  // of what the receiver says
  uint64_t seed = 1;            // the same seed gives the same run
};

// Something that uses sockets of both hosts.
class Flow {
 public:
  virtual ~Flow() = default;
  // Something happened to a socket of its.
  virtual void on_event(Instant now) = 0;
};

class Path {
 public:
  explicit Path(const PathSettings& settings);

  EndHost& sender() { return *hosts_[0]; }
  EndHost& receiver() { return *hosts_[1]; }
  const Bottleneck& forward() const { return links_[0]; }
  const Bottleneck& backward() const { return links_[1]; }
  Instant now() const { return now_; }

  // Events of the socket go to `flow` from now on, which must outlive the path's last run.
  void assign(EndHost& host, SocketId id, Flow& flow);
  // Lets everything that is due up to `end` happen; now() is `end` afterwards.
  void run_until(Instant end);

 private:
  void step();
  void settle();
  bool deliver_events(size_t host);
  Instant next_instant() const;

  Instant now_;
  std::unique_ptr<EndHost> hosts_[2];
  Bottleneck links_[2];                // link n carries what host n sends
  std::vector<Flow*> owners_[2];       // by the index of the socket
  bool is_touched_[2] = {true, true};  // has to be driven at this instant
};

}  // namespace tapstack::bench
