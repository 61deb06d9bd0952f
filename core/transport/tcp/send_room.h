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

inline uint32_t send_room(const Connection& c) {
  const uint32_t limit = send_limit(c);
  return limit - std::min(limit, c.snd.queued_bytes());
}

// Enough to tell a program that was told to wait: a third of the limit, as Linux does, so that it
// is not woken for every segment that was acknowledged.
inline bool has_worthwhile_room(const Connection& c) { return send_room(c) >= send_limit(c) / 3; }

}  // namespace tapstack::transport::tcp
