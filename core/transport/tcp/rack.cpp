#include "transport/tcp/rack.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr uint8_t kFactorLasts = 16;  // RFC 8985 6.2 step 4: recoveries
constexpr uint8_t kFactorMax = 255;
constexpr uint32_t kWalkMax = 64;  // records that one ACK goes through

}  // namespace

void Rack::on_delivered(const Delivered& delivered, Instant now, const PathTimes& path,
                        Instant echo_sent_by) {
  Duration longest;
  for (const DeliveredPiece* p : {&delivered.newest_original, &delivered.newest_resent}) {
    if (!p->is_known) continue;
    const Duration rtt = now - p->sent.at;
    if (p == &delivered.newest_resent) {
      // RFC 8985 6.2 step 2: the ACK may be for the first transmission.
      if (p->sent.at > echo_sent_by || rtt < path.min_rtt) continue;
    }
    longest = std::max(longest, rtt);
    const bool is_newer = !is_known_ || is_sent_after(p->sent, p->end, newest_sent_, newest_end_);
    if (!is_newer) continue;
    is_known_ = true;
    newest_sent_ = p->sent;
    newest_end_ = p->end;
  }
  // RFC 8985 6.2 step 2 takes that of what is told last. When an ACK tells of old and of new
  // transmissions, the longer is the one that finds nothing lost too early.
  if (longest > Duration{}) rtt_ = longest;
}

void Rack::on_duplicate_reported(SeqNumber una, SeqNumber nxt) {
  if (has_duplicate_round_ && una.before(duplicate_round_end_)) return;
  has_duplicate_round_ = true;
  duplicate_round_end_ = nxt;
  window_factor_ = static_cast<uint8_t>(std::min<int>(window_factor_ + 1, kFactorMax));
  factor_lasts_ = kFactorLasts;
}

void Rack::on_recovered() {
  if (factor_lasts_ > 0) --factor_lasts_;
  if (factor_lasts_ == 0) window_factor_ = 1;
}

Duration Rack::window(const SentLog& log, const PathTimes& path, bool is_recovering) const {
  const bool is_enough = is_recovering || log.sacked_segments() >= kDupThresh;
  if (!has_reordering_ && is_enough) return {};
  return std::min(path.min_rtt / 4 * window_factor_, path.srtt);
}

bool Rack::is_overtaken(const SentRecord& r) const {
  return is_known_ && is_sent_after(newest_sent_, newest_end_, r.sent, r.range.end);
}

mem::Index Rack::find_lost(const SentPool& pool, const SentLog& log, Instant now,
                           const PathTimes& path, bool is_recovering) const {
  const mem::Index oldest = log.oldest_in_flight();
  if (oldest == mem::kNoIndex || !is_overtaken(pool.at(oldest))) return mem::kNoIndex;
  const Instant lost_at = pool.at(oldest).sent.at + rtt_ + window(log, path, is_recovering);
  return lost_at <= now ? oldest : mem::kNoIndex;
}

Duration Rack::wait(const SentPool& pool, const SentLog& log, Instant now, const PathTimes& path,
                    bool is_recovering) const {
  Instant last = Instant::from_us(0);
  const Duration allowed = rtt_ + window(log, path, is_recovering);
  uint32_t seen = 0;
  for (mem::Index i = log.oldest_in_flight(); i != mem::kNoIndex;
       i = SentLog::next_in_flight(pool, i)) {
    if (!is_overtaken(pool.at(i))) break;
    // None was sent later than what overtook it, so that is near enough where there are many.
    last = ++seen > kWalkMax ? newest_sent_.at : std::max(last, pool.at(i).sent.at);
    if (seen > kWalkMax) break;
  }
  return seen == 0 ? Duration() : last + allowed - now;
}

mem::Index Rack::find_lost_on_timeout(const SentPool& pool, const SentLog& log, Instant now,
                                      const PathTimes& path) const {
  const mem::Index oldest = log.oldest_in_flight();
  if (oldest == mem::kNoIndex) return oldest;
  const Instant lost_at = pool.at(oldest).sent.at + rtt_ + window(log, path, true);
  return lost_at <= now ? oldest : mem::kNoIndex;
}

}  // namespace tapstack::transport::tcp
