// How much more the send queue of a connection takes.
#pragma once

#include <algorithm>

#include "transport/tcp/connection.h"

namespace tapstack::transport::tcp {

// Limit of the queue: what the program asked for, or what the congestion window calls for.
inline uint32_t send_limit(const Connection& c) {
  if (c.settings.send_buffer_bytes != 0) return c.settings.send_buffer_bytes;
  return tuned_send_limit(kConfig.tcp_send_buffer_bytes, c.congestion.cwnd_bytes(),
                          c.settings.send_buffer_max_bytes);
}

// TCP_NOTSENT_LOWAT: so much has not even been sent that more would only grow stale.
inline bool is_above_low_water(const Connection& c) {
  const uint32_t mark = c.settings.not_sent_low_water_bytes;
  return mark != 0 && c.snd.unsent_bytes() >= mark;
}

inline uint32_t send_room(const Connection& c) {
  if (is_above_low_water(c)) return 0;
  const uint32_t limit = send_limit(c);
  const uint32_t room = limit - std::min(limit, c.snd.queued_bytes());
  const uint32_t mark = c.settings.not_sent_low_water_bytes;
  if (mark == 0) return room;
  return std::min(room, std::max<uint32_t>(mark - c.snd.unsent_bytes(), c.send_mss_bytes));
}

// Enough to tell a program that was told to wait: a third of the limit, as Linux does, so that it
// is not woken for every segment that was acknowledged.
inline bool has_worthwhile_room(const Connection& c) {
  const uint32_t limit = send_limit(c);
  return !is_above_low_water(c) && c.snd.queued_bytes() <= limit - limit / 3;
}

}  // namespace tapstack::transport::tcp
