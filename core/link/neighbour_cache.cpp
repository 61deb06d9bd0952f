#include "link/neighbour_cache.h"

#include <algorithm>
#include <utility>

#include "util/assert.h"

namespace tapstack::link {
namespace {

constexpr Duration kDelayFirstProbe = Duration::ms(kConfig.neighbour_delay_probe_ms);
constexpr Duration kStaleTime = Duration::ms(kConfig.neighbour_stale_ms);
constexpr Duration kFailedTime = Duration::ms(kConfig.neighbour_failed_ms);
constexpr Duration kRetransMax = Duration::ms(kConfig.neighbour_retrans_max_ms);
constexpr Duration kAnswerTime = Duration::ms(kConfig.neighbour_answer_ms);
constexpr size_t kKnownMax = kConfig.neighbours - kConfig.neighbours_unresolved;
constexpr int64_t kBackOff = 3;  // RFC 7048 3, BACKOFF_MULTIPLE

void arm(Context& ctx, mem::Index index, Instant when) {
  ctx.timers.arm(timer::make(timer::TimerKind::kNeighbour, index), when);
}

void disarm(Context& ctx, mem::Index index) {
  ctx.timers.disarm(timer::make(timer::TimerKind::kNeighbour, index));
}

}  // namespace

NeighbourCache::NeighbourCache(const SecretKey& hash_key) : hash_key_(hash_key) {
  buckets_.fill(mem::kNoIndex);
}

bool NeighbourCache::Entry::has_mac() const {
  return state == NeighbourState::kReachable || state == NeighbourState::kStale ||
         state == NeighbourState::kDelay || state == NeighbourState::kProbe ||
         state == NeighbourState::kUnreachable || state == NeighbourState::kPermanent;
}

std::optional<MacAddress> NeighbourCache::lookup(Context& ctx, InterfaceId interface,
                                                 const IpAddress& address, const IpAddress& asker) {
  const mem::Index index = find_fresh(ctx, interface, address);
  if (index == mem::kNoIndex || !entries_.at(index).has_mac()) return std::nullopt;
  touch(index, ctx.now);
  Entry& entry = entries_.at(index);
  if (has_aged(entry, ctx.now) || entry.state == NeighbourState::kStale) {
    // RFC 4861 7.3.3: "the first time a node sends a packet to a neighbor whose entry is STALE, the
    // sender changes the state to DELAY".
    enter(ctx, index, NeighbourState::kDelay);
    if (entry.asker.family() == Family::kNone) entry.asker = asker;
    arm(ctx, index, ctx.now + kDelayFirstProbe);
  }
  if (entry.uses < UINT8_MAX) ++entry.uses;
  return entry.mac;
}

bool NeighbourCache::expects_first_answer() const {
  for (mem::Index i = entries_.next_live(0); i != mem::kNoIndex; i = entries_.next_live(i + 1)) {
    const Entry& entry = entries_.at(i);
    if (entry.queue.count > 0 && entry.probes_sent <= 1) return true;
  }
  return false;
}

Result<std::optional<Solicitation>> NeighbourCache::enqueue(Context& ctx, InterfaceId interface,
                                                            const IpAddress& address,
                                                            mem::PacketPtr packet) {
  mem::Index index = find_fresh(ctx, interface, address);
  if (index == mem::kNoIndex) {
    if (!make_room_to_resolve(ctx)) {
      ctx.drop(DropReason::kNeighbourTableFull);
      return Error::kNoBuffers;
    }
    index = add(interface, address);
  }
  Entry& entry = entries_.at(index);
  TAPSTACK_ASSERT(!entry.has_mac());  // lookup() comes first
  const bool is_start = entry.state != NeighbourState::kIncomplete;
  if (is_start) {
    entry.asker = packet->info.source;
    unlink_order(index);
    enter(ctx, index, NeighbourState::kIncomplete);
    resolving_.push_back(index, mem::links_in(entries_, &Entry::order));
  }
  if (entry.queue.count >= kConfig.neighbour_queue_packets) {
    ctx.drop(DropReason::kNeighbourQueueFull);
    ctx.memory.pop(entry.queue).reset();
  }
  ctx.memory.push(entry.queue, std::move(packet));
  if (!is_start) return std::optional<Solicitation>{};
  entry.probes_sent = 1;
  arm(ctx, index, ctx.now + timing_of(entry).retrans);
  return std::optional<Solicitation>(solicitation(index));
}

mem::PacketQueue NeighbourCache::on_message(Context& ctx, InterfaceId interface,
                                            const IpAddress& address, const MacAddress& mac,
                                            Evidence evidence) {
  mem::Index index = find_fresh(ctx, interface, address);
  if (index == mem::kNoIndex) {
    // RFC 4861 7.2.3: a solicitation's source is entered as STALE; 7.2.5: an unexpected
    // advertisement makes no entry.
    if (evidence != Evidence::kRequest) return {};
    make_room_to_know(ctx);
    index = add(interface, address);
  }
  Entry& entry = entries_.at(index);
  if (entry.state == NeighbourState::kPermanent) return {};
  if (entry.has_mac()) {
    const bool is_answer =
        evidence == Evidence::kSolicitedReply && entry.state == NeighbourState::kProbe;
    if (is_answer) {
      entry.mac = mac;
      disarm(ctx, index);
      enter(ctx, index, NeighbourState::kReachable);
    } else if (entry.mac != mac) {
      doubt(ctx, index);
    }
    return {};
  }
  // Nothing is known yet: NONE, INCOMPLETE or FAILED. Overheard messages fill nothing in.
  if (evidence == Evidence::kUnsolicited) return {};
  if (evidence == Evidence::kSolicitedReply && entry.state != NeighbourState::kIncomplete)
    return {};
  return resolve(
      ctx, index, mac,
      evidence == Evidence::kRequest ? NeighbourState::kStale : NeighbourState::kReachable);
}

AdvertisementEffect NeighbourCache::on_advertisement(Context& ctx, InterfaceId interface,
                                                     const IpAddress& address,
                                                     const Advertisement& says) {
  AdvertisementEffect effect;
  const mem::Index index = find_fresh(ctx, interface, address);
  // RFC 4861 7.2.5: "there is no need to create an entry if none exists".
  if (index == mem::kNoIndex) return effect;
  Entry& entry = entries_.at(index);
  if (entry.has_mac()) {
    effect.is_no_router = advertise_known(ctx, index, says) && !says.is_router;
  } else if (entry.state == NeighbourState::kIncomplete && says.mac) {
    effect.is_no_router = !says.is_router;
    effect.released =
        resolve(ctx, index, *says.mac,
                says.is_solicited ? NeighbourState::kReachable : NeighbourState::kStale);
  }
  return effect;
}

// RFC 4861 7.2.5, for an entry that is not INCOMPLETE. Returns whether it is believed.
bool NeighbourCache::advertise_known(Context& ctx, mem::Index index, const Advertisement& says) {
  Entry& entry = entries_.at(index);
  if (entry.state == NeighbourState::kPermanent) return false;
  const bool is_other_mac = says.mac && *says.mac != entry.mac;
  if (is_other_mac && !says.has_override) {
    // I. The address that is known stays; in REACHABLE it is no longer sure.
    if (entry.state == NeighbourState::kReachable) enter(ctx, index, NeighbourState::kStale);
    return false;
  }
  // II.
  if (says.is_solicited) {
    set_mac(ctx, index, says.mac.value_or(entry.mac), NeighbourState::kReachable);
  } else if (is_other_mac) {
    set_mac(ctx, index, *says.mac, NeighbourState::kStale);
  }
  return true;
}

mem::PacketQueue NeighbourCache::on_link_layer_option(Context& ctx, InterfaceId interface,
                                                      const IpAddress& address,
                                                      const MacAddress& mac) {
  mem::Index index = find_fresh(ctx, interface, address);
  if (index == mem::kNoIndex) {
    make_room_to_know(ctx);
    index = add(interface, address);
  }
  Entry& entry = entries_.at(index);
  if (!entry.has_mac()) return resolve(ctx, index, mac, NeighbourState::kStale);
  // Of one that did not answer, RFC 4861 would know nothing any more: it shows that it is there.
  const bool is_back = entry.state == NeighbourState::kUnreachable;
  if (entry.state == NeighbourState::kPermanent) return {};
  if (entry.mac != mac || is_back) set_mac(ctx, index, mac, NeighbourState::kStale);
  return {};
}

void NeighbourCache::set_timing(InterfaceId interface, const NeighbourTiming& timing) {
  TAPSTACK_ASSERT(interface.value > 0 && interface.value <= timing_.size());
  timing_[interface.value - 1u] = timing;
}

void NeighbourCache::set_mac(Context& ctx, mem::Index index, const MacAddress& mac,
                             NeighbourState state) {
  disarm(ctx, index);
  entries_.at(index).mac = mac;
  enter(ctx, index, state);
}

// NONE, INCOMPLETE and FAILED end: the link-layer address is known. Returns what waited.
mem::PacketQueue NeighbourCache::resolve(Context& ctx, mem::Index index, const MacAddress& mac,
                                         NeighbourState state) {
  make_room_to_know(ctx);
  unlink_order(index);
  set_mac(ctx, index, mac, state);
  known_.push_back(index, mem::links_in(entries_, &Entry::order));
  Entry& entry = entries_.at(index);
  entry.used_at = ctx.now;
  const mem::PacketQueue waiting = entry.queue;
  entry.queue = {};
  return waiting;
}

void NeighbourCache::confirm(Context& ctx, InterfaceId interface, const IpAddress& address) {
  const mem::Index index = find(interface, address);
  if (index == mem::kNoIndex || !entries_.at(index).has_mac()) return;
  if (entries_.at(index).state == NeighbourState::kPermanent) return;
  disarm(ctx, index);
  enter(ctx, index, NeighbourState::kReachable);
}

std::optional<Solicitation> NeighbourCache::on_timer(Context& ctx, mem::Index index) {
  if (!may_go_on_asking(ctx, index)) return std::nullopt;
  Entry& entry = entries_.at(index);
  ++entry.probes_sent;
  Duration wait = timing_of(entry).retrans;
  if (entry.state == NeighbourState::kUnreachable) {
    for (uint8_t i = 0; i < entry.probes_sent && wait < kRetransMax; ++i) wait = wait * kBackOff;
    wait = std::min(wait, kRetransMax);
  }
  arm(ctx, index, ctx.now + wait);
  return solicitation(index);
}

// Moves on to the state in which the next question is asked; false: there is none (now).
bool NeighbourCache::may_go_on_asking(Context& ctx, mem::Index index) {
  Entry& entry = entries_.at(index);
  switch (entry.state) {
    case NeighbourState::kDelay:
      enter(ctx, index, NeighbourState::kProbe);
      entry.probes_sent = 0;
      entry.uses = 0;
      return true;
    case NeighbourState::kIncomplete:
      if (entry.probes_sent < kConfig.neighbour_probes_multicast_max) return true;
      fail(ctx, index);
      return false;
    case NeighbourState::kProbe:
      if (entry.probes_sent < kConfig.neighbour_probes_unicast_max) return true;
      return become_unreachable(ctx, index);
    case NeighbourState::kUnreachable:
      return become_unreachable(ctx, index);
    default:
      return false;
  }
}

// RFC 7048 3: giving up after three questions serves where another way is left, which route lookup
// takes. Where there is none, packets go on to the address that is known, and it is asked, ever
// more rarely. One that no packet went to since it was asked is given up as RFC 4861 7.3.3 says.
bool NeighbourCache::become_unreachable(Context& ctx, mem::Index index) {
  Entry& entry = entries_.at(index);
  const bool was_unicast = entry.state == NeighbourState::kProbe;
  const uint8_t own_uses = was_unicast ? entry.probes_sent : 0;
  if (entry.uses <= own_uses || !entry.address.is_ip6()) {
    fail(ctx, index);
    return false;
  }
  if (was_unicast) entry.probes_sent = 0;
  enter(ctx, index, NeighbourState::kUnreachable);
  entry.uses = 0;
  return true;
}

std::optional<NeighbourCache::Neighbour> NeighbourCache::unanswering(mem::Index index) const {
  const Entry& entry = entries_.at(index);
  const bool has_failed =
      entry.state == NeighbourState::kFailed || entry.state == NeighbourState::kUnreachable;
  if (!has_failed) return std::nullopt;
  return Neighbour{entry.interface, entry.address};
}

void NeighbourCache::flush(Context& ctx, InterfaceId interface) {
  for (mem::Index i = entries_.next_live(0); i != mem::kNoIndex; i = entries_.next_live(i + 1)) {
    if (entries_.at(i).interface == interface) remove(ctx, i);
  }
}

NeighbourState NeighbourCache::state(InterfaceId interface, const IpAddress& address,
                                     Instant now) const {
  const mem::Index index = find(interface, address);
  if (index == mem::kNoIndex) return NeighbourState::kNone;
  return state_of(entries_.at(index), now);
}

NeighbourState NeighbourCache::state_of(const Entry& entry, Instant now) const {
  if (is_forgotten(entry, now)) return NeighbourState::kNone;
  return has_aged(entry, now) ? NeighbourState::kStale : entry.state;
}

Result<mem::PacketQueue> NeighbourCache::set(Context& ctx, InterfaceId interface,
                                             const IpAddress& address, const MacAddress& mac,
                                             NeighbourState state) {
  const bool is_permanent = state == NeighbourState::kPermanent;
  if (!is_permanent && state != NeighbourState::kReachable && state != NeighbourState::kStale) {
    return Error::kInvalid;
  }
  mem::Index index = find_fresh(ctx, interface, address);
  const bool was_permanent =
      index != mem::kNoIndex && entries_.at(index).state == NeighbourState::kPermanent;
  if (is_permanent && !was_permanent && permanent_count() >= kKnownMax / 2) {
    return Error::kNoBuffers;
  }
  if (index == mem::kNoIndex) {
    make_room_to_know(ctx);
    index = add(interface, address);
  }
  if (!entries_.at(index).has_mac()) return resolve(ctx, index, mac, state);
  set_mac(ctx, index, mac, state);
  return mem::PacketQueue{};
}

Status NeighbourCache::forget(Context& ctx, InterfaceId interface, const IpAddress& address) {
  const mem::Index index = find_fresh(ctx, interface, address);
  if (index == mem::kNoIndex) return Error::kNoEntry;
  remove(ctx, index);
  return {};
}

bool NeighbourCache::next(mem::Index& n, Instant now, NeighbourInfo& info) const {
  for (n = entries_.next_live(n); n != mem::kNoIndex; n = entries_.next_live(n)) {
    const Entry& entry = entries_.at(n++);
    const NeighbourState state = state_of(entry, now);
    if (state == NeighbourState::kNone) continue;
    info = {entry.interface,   entry.address,    state, entry.mac, entry.used_at,
            entry.state_since, entry.probes_sent};
    if (!entry.has_mac()) info.mac = {};
    return true;
  }
  return false;
}

size_t NeighbourCache::permanent_count() const {
  size_t count = 0;
  for (mem::Index i = entries_.next_live(0); i != mem::kNoIndex; i = entries_.next_live(i + 1)) {
    if (entries_.at(i).state == NeighbourState::kPermanent) ++count;
  }
  return count;
}

NeighbourTiming NeighbourCache::timing_of(const Entry& entry) const {
  return entry.address.is_ip6() ? timing_[entry.interface.value - 1u] : NeighbourTiming{};
}

// REACHABLE no longer, though nobody has looked since.
bool NeighbourCache::has_aged(const Entry& entry, Instant now) const {
  return entry.state == NeighbourState::kReachable &&
         now - entry.state_since >= timing_of(entry).reachable;
}

// Idle entries are aged when they are looked at: an idle stack asks for no wake-up.
bool NeighbourCache::is_forgotten(const Entry& entry, Instant now) {
  switch (entry.state) {
    case NeighbourState::kReachable:
    case NeighbourState::kStale:
      return now - entry.used_at >= kStaleTime;
    case NeighbourState::kFailed:
      return now - entry.state_since >= kFailedTime;
    default:
      return false;
  }
}

size_t NeighbourCache::bucket(InterfaceId interface, const IpAddress& address) const {
  const uint64_t hash = siphash(hash_key_, address) + interface.value;
  return static_cast<size_t>(hash) & (kBuckets - 1);
}

mem::Index NeighbourCache::find(InterfaceId interface, const IpAddress& address) const {
  mem::Index i = buckets_[bucket(interface, address)];
  while (i != mem::kNoIndex &&
         (entries_.at(i).interface != interface || entries_.at(i).address != address)) {
    i = entries_.at(i).next;
  }
  return i;
}

mem::Index NeighbourCache::find_fresh(Context& ctx, InterfaceId interface,
                                      const IpAddress& address) {
  const mem::Index index = find(interface, address);
  if (index == mem::kNoIndex || !is_forgotten(entries_.at(index), ctx.now)) return index;
  remove(ctx, index);
  return mem::kNoIndex;
}

// A new entry in state NONE, which the caller must leave at once, having made room for what it
// becomes.
mem::Index NeighbourCache::add(InterfaceId interface, const IpAddress& address) {
  const mem::Index index = entries_.allocate().index;
  Entry& entry = entries_.at(index);
  mem::Index& head = buckets_[bucket(interface, address)];
  entry.address = address;
  entry.interface = interface;
  entry.next = head;
  head = index;
  return index;
}

// One more may become known: the one that was not used for longest gives way, but for those given
// by hand, which are half of them at most.
void NeighbourCache::make_room_to_know(Context& ctx) {
  if (known_.size() < kKnownMax) return;
  while (entries_.at(known_.front()).state == NeighbourState::kPermanent) {
    touch(known_.front(), ctx.now);
  }
  remove(ctx, known_.front());
}

// RFC 6583 7.1: what a scan starts gives way first. Whether one more may be asked for: a failed one
// gives way, or who was asked longest ago, unless the answer may still be on its way. This bounds
// the rate of solicitations, too (7.2), and leaves neighbours that do answer a share of it.
bool NeighbourCache::make_room_to_resolve(Context& ctx) {
  if (resolving_.size() < kConfig.neighbours_unresolved) return true;
  const mem::Index index = resolving_.front();
  const Entry& first = entries_.at(index);
  const bool may_be_answered =
      first.state == NeighbourState::kIncomplete && ctx.now - first.state_since < kAnswerTime;
  if (may_be_answered) return false;
  evict(ctx, index);
  return true;
}

// What waits for it is lost for want of room.
void NeighbourCache::evict(Context& ctx, mem::Index index) {
  while (mem::PacketPtr packet = ctx.memory.pop(entries_.at(index).queue)) {
    ctx.drop(DropReason::kNeighbourTableFull);
  }
  remove(ctx, index);
}

void NeighbourCache::remove(Context& ctx, mem::Index index) {
  Entry& entry = entries_.at(index);
  mem::Index* link = &buckets_[bucket(entry.interface, entry.address)];
  while (*link != index) link = &entries_.at(*link).next;
  *link = entry.next;
  unlink_order(index);
  disarm(ctx, index);
  while (mem::PacketPtr packet = ctx.memory.pop(entry.queue)) {
    ctx.drop(DropReason::kNeighbourFlushed);
  }
  entries_.release_at(index);
}

// The list that it is in; none for NONE.
mem::List* NeighbourCache::list_of(const Entry& entry) {
  if (entry.has_mac()) return &known_;
  return entry.state == NeighbourState::kNone ? nullptr : &resolving_;
}

void NeighbourCache::unlink_order(mem::Index index) {
  mem::List* const list = list_of(entries_.at(index));
  if (list != nullptr) list->remove(index, mem::links_in(entries_, &Entry::order));
}

// Makes a known one the most recently used.
void NeighbourCache::touch(mem::Index index, Instant now) {
  entries_.at(index).used_at = now;
  if (known_.back() == index) return;
  known_.remove(index, mem::links_in(entries_, &Entry::order));
  known_.push_back(index, mem::links_in(entries_, &Entry::order));
}

void NeighbourCache::enter(Context& ctx, mem::Index index, NeighbourState state) {
  entries_.at(index).state = state;
  entries_.at(index).state_since = ctx.now;
}

// RFC 1122 2.3.2.2, RFC 4861 7.2.2: no answer; who sent the waiting packets is to be told.
void NeighbourCache::fail(Context& ctx, mem::Index index) {
  const bool was_known = entries_.at(index).has_mac();
  if (was_known && resolving_.size() == kConfig.neighbours_unresolved)
    evict(ctx, resolving_.front());
  unlink_order(index);
  enter(ctx, index, NeighbourState::kFailed);
  resolving_.push_front(index, mem::links_in(entries_, &Entry::order));
  Entry& entry = entries_.at(index);
  while (mem::PacketPtr packet = ctx.memory.pop(entry.queue)) {
    ctx.drop(DropReason::kNeighbourUnreachable);
    ctx.memory.push(unresolved_, std::move(packet));
  }
}

// A message contradicts a known address. Only the neighbour's own answer to our question settles
// it: ask now, at the address we know.
void NeighbourCache::doubt(Context& ctx, mem::Index index) {
  if (entries_.at(index).state == NeighbourState::kProbe) return;
  enter(ctx, index, NeighbourState::kProbe);
  entries_.at(index).probes_sent = 0;
  entries_.at(index).uses = 0;
  arm(ctx, index, ctx.now);
}

Solicitation NeighbourCache::solicitation(mem::Index index) const {
  const Entry& entry = entries_.at(index);
  Solicitation ask;
  ask.interface = entry.interface;
  ask.target = entry.address;
  ask.is_unicast = entry.state == NeighbourState::kProbe;
  ask.mac = entry.mac;
  ask.source = entry.asker;
  return ask;
}

}  // namespace tapstack::link
