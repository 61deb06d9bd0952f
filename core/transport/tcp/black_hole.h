// Packets of the present size vanish on the way and no ICMP message says so (RFC 2923 2.1).
// Time-outs in a row show it, then segments are made smaller, and larger ones are tried one by one:
// text that must go anyway, and goes again in small pieces if it vanishes (RFC 4821 7, RFC 8899 5).
//
// Sizes are of text and options, as an MSS counts. Losses by chance look the same as a black hole;
// so the size that was given up is the first to be tried, as soon as small segments get through.
#pragma once

#include <cstdint>
#include <utility>

#include "transport/tcp/seq.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

class BlackHole {
 public:
  // The retransmission timer fired for the `timeouts`th time in a row, for a segment of
  // `text_bytes`. True when mss_max_bytes() is less now. That the peer has gone looks the same, and
  // smaller segments do no harm there.
  bool on_timeout(uint32_t timeouts, uint32_t text_bytes, bool ip6, Instant now);
  // The size to try now on a path that should carry `path_mss_bytes`; 0 for none.
  uint16_t probe_mss_bytes(uint16_t path_mss_bytes, Instant now) const;
  void on_probe_sent(const SeqRange& text, uint16_t mss_bytes);
  // Text goes again. True when the probe is among it: it has vanished.
  bool on_resent(const SeqRange& text, Instant now);
  // True when the probe has arrived: mss_max_bytes() is more now.
  bool on_acked(SeqNumber una, Instant now);

  // Text was found lost; then the window may be reduced, for `lost_bytes` from `first` on. If all
  // of it is the probe, that says nothing of the load of the path (RFC 4821 7.1).
  void on_lost() { is_probe_all_ = false; }
  void on_reduced(SeqNumber first, uint32_t lost_bytes);
  // What the window was reduced for was the probe alone; tells it once.
  bool take_probe_all() { return std::exchange(is_probe_all_, false); }

  // Segments are smaller than the path's own.
  bool is_found() const { return mss_max_bytes_ != UINT16_MAX; }
  // The largest number when there is no black hole.
  uint16_t mss_max_bytes() const { return mss_max_bytes_; }

 private:
  static constexpr uint16_t kUnknown = UINT16_MAX;

  void settle(Instant now);

  SeqRange probe_;    // on its way; empty if none
  Instant probe_at_;  // none is tried before
  uint16_t mss_max_bytes_ = UINT16_MAX;
  uint16_t too_large_ = kUnknown;  // did not get through, of those between
  uint16_t probe_mss_bytes_ = 0;
  uint8_t failures_ = 0;  // of probes of this size
  bool is_probe_all_ = false;
};

}  // namespace tapstack::transport::tcp
