#include "transport/tcp/send_room.h"

#include <algorithm>

#include "transport/tcp/burst.h"
#include "transport/tcp/loss_detection.h"

namespace tapstack::transport::tcp {
namespace {

// What may go out at once of what is unsent, in whole segments.
uint32_t sendable_bytes(const Connection& c) {
  if (!is_synchronized(c.state)) return 0;
  const SendVariables& v = c.snd.vars();
  const uint32_t pipe = pipe_bytes(c);
  const uint32_t cwnd = c.congestion.cwnd_bytes();
  const uint32_t window = v.window_end().after(v.nxt) ? v.window_end().since(v.nxt) : 0;
  const uint32_t bytes = std::min(window, cwnd > pipe ? cwnd - pipe : 0);
  return bytes - bytes % text_mss(c);
}

// Of a full buffer. A window so small that half of it is no segment sets no bound.
uint32_t buffer_bytes(const Connection& c) {
  const uint32_t segment = text_mss(c);
  const uint32_t half_window = c.snd.vars().max_wnd_bytes / 2;
  const uint32_t most = half_window > kConfig.tcp_mss_default_bytes / 2
                            ? std::min(kBurstTextBytesMax, half_window)
                            : kBurstTextBytesMax;
  return std::max(most - most % segment, segment);
}

uint32_t low_water_bytes(const Connection& c) {
  const uint32_t own = c.settings.not_sent_low_water_bytes;
  return own != 0 ? own : c.settings.not_sent_low_water_default_bytes;
}

}  // namespace

uint32_t send_limit(const Connection& c) {
  if (c.settings.send_buffer_bytes != 0) return c.settings.send_buffer_bytes;
  return tuned_send_limit(c.settings.send_buffer_start_bytes, c.congestion.cwnd_bytes(),
                          c.settings.send_buffer_max_bytes);
}

SendSpace send_space(const Connection& c) {
  SendSpace s;
  s.end = c.snd.queue_end();
  s.queued_bytes = c.snd.queued_bytes();
  s.unsent_bytes = c.snd.unsent_bytes();
  s.limit_bytes = send_limit(c);
  s.low_water_bytes = low_water_bytes(c);
  s.sendable_bytes = sendable_bytes(c);
  s.buffer_bytes = buffer_bytes(c);
  s.push_bytes = c.snd.vars().max_wnd_bytes / 2;
  return s;
}

bool has_worthwhile_room(const Connection& c) {
  const uint32_t limit = send_limit(c);
  const uint32_t mark = low_water_bytes(c);
  const bool is_low = mark == 0 || c.snd.unsent_bytes() < mark - mark / 2;
  return is_low && c.snd.queued_bytes() <= limit - limit / 3;
}

}  // namespace tapstack::transport::tcp
