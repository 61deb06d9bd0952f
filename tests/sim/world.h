// Hosts, the link between them, the programs on them, and time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/app.h"
#include "tests/sim/dice.h"
#include "tests/sim/host.h"
#include "tests/sim/link.h"
#include "tests/sim/trace.h"

namespace tapstack::sim {

struct WorldSettings {
  LinkSettings link;
  std::vector<HostSettings> hosts;
  Family family = Family::kIp4;         // of the hosts' addresses
  Family socket_family = Family::kIp4;  // kIp6 with IPv4 addresses: sockets of both
  double move_chance = 0;               // of each step: a stack moves to another address
  Duration hog_period;  // how often packet memory is taken away for a while; 0 never
  Duration hog_length;
  Instant start;
};

class World {
 public:
  World(const WorldSettings& settings, Dice dice, Trace& trace);

  Host& host(int n) { return *hosts_[static_cast<size_t>(n)]; }
  int hosts() const { return static_cast<int>(hosts_.size()); }
  Stack& stack(int n) { return host(n).stack(); }
  Trace& trace() { return trace_; }
  Instant now() const { return now_; }
  Family family() const { return settings_.family; }
  Family socket_family() const { return settings_.socket_family; }
  // Nothing is lost, doubled, damaged or short of memory: everything has to arrive.
  bool is_perfect() const;
  void add(std::unique_ptr<App> app) { apps_.push_back(std::move(app)); }
  // Events of the socket go to `app` from now on; nobody when null.
  void assign(int host, SocketId id, App* app);

  // Runs until every program is done and every stack has come to rest. Returns what went wrong, or
  // nothing. `limit` is of virtual time.
  std::string run(Duration limit);

 private:
  bool are_apps_done() const;
  Instant next_instant();
  std::string step();
  std::string settle();
  void deliver_events(bool& any);
  void hog_memory();
  std::string check_at_rest();
  std::string report(const std::string& what) const;

  WorldSettings settings_;
  Dice dice_;
  Trace& trace_;
  Instant now_;
  Link link_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<std::unique_ptr<App>> apps_;
  std::map<std::pair<int, SocketId>, App*> owners_;
  Instant next_hog_;
};

}  // namespace tapstack::sim
