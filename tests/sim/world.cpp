#include "tests/sim/world.h"

#include <algorithm>

namespace tapstack::sim {
namespace {

// Rounds of events at one instant: programs and stacks that go on for longer do not come to rest.
constexpr int kSettleRoundsMax = 1000;

// Pools that must be empty when nobody uses the stack any more. Blocks are checked by themselves:
// the receive area keeps some.
constexpr const char* kPools[] = {"slices",          "packets",        "sockets",
                                  "udp_endpoints",   "ping_endpoints", "raw_endpoints",
                                  "tcp_connections", "tcp_listeners",  "tcp_half_open",
                                  "tcp_time_waits",  "timers"};

}  // namespace

World::World(const WorldSettings& settings, Dice dice, Trace& trace)
    : settings_(settings),
      dice_(dice),
      trace_(trace),
      now_(settings.start),
      link_(settings.link, static_cast<int>(settings.hosts.size()), dice_.fork()),
      next_hog_(settings.hog_period > Duration() ? now_ + settings.hog_period : Instant::never()) {
  for (const HostSettings& host : settings.hosts) {
    hosts_.push_back(std::make_unique<Host>(host, now_));
  }
}

bool World::is_perfect() const {
  const LinkSettings& link = settings_.link;
  return link.loss == 0 && link.duplicate == 0 && link.corrupt == 0 &&
         settings_.hog_period == Duration();
}

void World::assign(int host, SocketId id, App* app) {
  if (app == nullptr) {
    owners_.erase({host, id});
  } else {
    owners_[{host, id}] = app;
  }
}

bool World::are_apps_done() const {
  return std::all_of(apps_.begin(), apps_.end(), [](const auto& app) { return app->is_done(); });
}

Instant World::next_instant() {
  Instant next = std::min(link_.next_arrival(), next_hog_);
  for (const auto& host : hosts_) next = std::min(next, host->next_deadline());
  for (const auto& app : apps_) next = std::min(next, app->next_wake());
  return std::max(next, now_);
}

void World::hog_memory() {
  if (next_hog_ > now_) return;
  Host& host = *hosts_[dice_.below(hosts_.size())];
  const bool on = !host.is_hogged();
  for (auto& each : hosts_) each->hog(false);
  if (on) host.hog(true);
  trace_.note(now_, host.number(), "memory %s", on ? "taken away" : "given back");
  next_hog_ = now_ + (on ? settings_.hog_length : settings_.hog_period);
}

void World::deliver_events(bool& any) {
  for (const auto& host : hosts_) {
    SocketId id;
    while (api::next_event(host->stack(), id)) {
      any = true;
      const auto owner = owners_.find({host->number(), id});
      trace_.note(now_, host->number(), "event of socket %u%s", id.index,
                  owner == owners_.end() ? ", which nobody has" : "");
      if (owner != owners_.end()) owner->second->on_event(now_, id);
    }
  }
}

// Lets stacks and programs act upon one another until nothing is left to be done at this instant.
std::string World::settle() {
  for (int round = 0; round < kSettleRoundsMax; ++round) {
    for (const auto& host : hosts_) {
      if (!host->drive(now_, link_, trace_)) {
        return report("host " + std::to_string(host->number()) + " is due and does nothing");
      }
    }
    bool any = false;
    deliver_events(any);
    if (!any) return {};
  }
  return report("events without end");
}

std::string World::step() {
  while (link_.next_arrival() <= now_) {
    const FrameInFlight frame = link_.take();
    hosts_[static_cast<size_t>(frame.to)]->input(now_, frame);
    if (dice_.chance(settings_.move_chance)) hosts_[static_cast<size_t>(frame.to)]->move();
  }
  hog_memory();
  for (size_t n = 0; n < apps_.size(); ++n) {
    if (apps_[n]->next_wake() > now_) continue;
    apps_[n]->clear_wake();
    apps_[n]->on_wake(now_);
  }
  if (dice_.chance(settings_.move_chance)) hosts_[dice_.below(hosts_.size())]->move();
  return settle();
}

std::string World::run(Duration limit) {
  const Instant end = now_ + limit;
  bool is_over = false;
  while (true) {
    if (std::string problem = step(); !problem.empty()) return problem;
    if (!is_over && are_apps_done()) {
      is_over = true;
      next_hog_ = Instant::never();
      for (auto& host : hosts_) host->hog(false);
      for (auto& app : apps_) app->on_over(now_);
      if (std::string problem = settle(); !problem.empty()) return problem;
    }
    const Instant next = next_instant();
    if (next.is_never()) break;
    if (next > end) return report("not at rest in time");
    now_ = next;
  }
  return is_over ? check_at_rest() : report("nothing happens any more");
}

std::string World::check_at_rest() {
  for (const auto& host : hosts_) {
    host->stack().receive_area().release(host->stack().memory());
    for (const char* pool : kPools) {
      if (const size_t used = host->used(pool); used != 0) {
        return report("host " + std::to_string(host->number()) + " keeps " + std::to_string(used) +
                      " of " + pool);
      }
    }
    if (host->used("blocks") != 0) {
      return report("host " + std::to_string(host->number()) + " keeps blocks");
    }
  }
  return {};
}

std::string World::report(const std::string& what) const {
  std::string text = what + " at " + std::to_string(now_.us()) + " us";
  for (const auto& app : apps_) {
    if (!app->is_done()) text += "\n  " + app->describe();
  }
  return text;
}

}  // namespace tapstack::sim
