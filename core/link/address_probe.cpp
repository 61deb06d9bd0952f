#include "link/address_probe.h"

namespace tapstack::link {
namespace {

Duration between(uint32_t min_ms, uint32_t max_ms, Random& random) {
  const uint32_t span_us = (max_ms - min_ms) * 1'000 + 1;
  return Duration::ms(min_ms) + Duration::us(random.below(span_us));
}

}  // namespace

void AddressProbe::start(Instant now, const ProbeSchedule& schedule, Random& random) {
  *this = AddressProbe();
  next_ = now + between(0, schedule.delay_max_ms, random);
}

ProbeStep AddressProbe::step(Instant now, const ProbeSchedule& schedule, Random& random) {
  if (next_ > now) return ProbeStep::kNothing;
  if (probes_sent_ < schedule.probes) {
    ++probes_sent_;
    const bool is_last = probes_sent_ == schedule.probes;
    next_ = now + (is_last ? Duration::ms(schedule.wait_ms)
                           : between(schedule.interval_min_ms, schedule.interval_max_ms, random));
    return ProbeStep::kProbe;
  }
  if (!is_unique_) {
    is_unique_ = true;
    if (schedule.announcements == 0) next_ = Instant::never();
    return ProbeStep::kUnique;
  }
  ++announced_;
  const bool is_over = announced_ == schedule.announcements;
  next_ = is_over ? Instant::never() : now + Duration::ms(schedule.announce_interval_ms);
  return ProbeStep::kAnnounce;
}

}  // namespace tapstack::link
