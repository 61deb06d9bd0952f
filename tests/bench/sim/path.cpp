#include "tests/bench/sim/path.h"

#include <algorithm>

namespace tapstack::bench {
namespace {

// Not 0, so that nothing mistakes it for "never happened".
constexpr Instant kStart = Instant::from_us(1'000'000'000);

}  // namespace

Path::Path(const PathSettings& settings)
    : now_(kStart),
      hosts_{std::make_unique<EndHost>(uint8_t{1}, sim::mix(settings.seed), now_),
             std::make_unique<EndHost>(uint8_t{2}, sim::mix(settings.seed + 1), now_)},
      links_{{settings.forward, sim::Dice(settings.seed + 2)},
             {settings.backward, sim::Dice(settings.seed + 3)}} {}

void Path::assign(EndHost& host, SocketId id, Flow& flow) {
  std::vector<Flow*>& owners = owners_[&host == hosts_[1].get() ? 1 : 0];
  if (id.index >= owners.size()) owners.resize(id.index + 1u, nullptr);
  owners[id.index] = &flow;
}

bool Path::deliver_events(size_t host) {
  bool any = false;
  for (SocketId id; api::next_event(hosts_[host]->stack(), id); any = true) {
    if (id.index < owners_[host].size() && owners_[host][id.index] != nullptr) {
      owners_[host][id.index]->on_event(now_);
    }
  }
  return any;
}

// A flow acts on both hosts, so an event of one touches both.
void Path::settle() {
  for (bool any = true; any;) {
    any = false;
    for (size_t host = 0; host < 2; ++host) {
      if (!is_touched_[host]) continue;
      hosts_[host]->drive(now_, links_[host]);
      is_touched_[host] = false;
      any |= deliver_events(host);
    }
    if (any) is_touched_[0] = is_touched_[1] = true;
  }
}

void Path::step() {
  for (size_t host = 0; host < 2; ++host) {
    Bottleneck& in = links_[1 - host];
    for (; in.next_arrival() <= now_; in.pop()) {
      hosts_[host]->input(now_, in.front());
      is_touched_[host] = true;
    }
    if (hosts_[host]->next_deadline() <= now_) is_touched_[host] = true;
  }
  settle();
}

Instant Path::next_instant() const {
  const Instant link = std::min(links_[0].next_arrival(), links_[1].next_arrival());
  const Instant timer = std::min(hosts_[0]->next_deadline(), hosts_[1]->next_deadline());
  return std::max(std::min(link, timer), now_);
}

void Path::run_until(Instant end) {
  is_touched_[0] = is_touched_[1] = true;  // a program may have used a socket meanwhile
  settle();
  for (Instant next = next_instant(); next <= end; next = next_instant()) {
    now_ = next;
    step();
  }
  now_ = end;
}

}  // namespace tapstack::bench
