#include "transport/tcp/handshake.h"

#include <algorithm>

#include "transport/tcp/path.h"

namespace tapstack::transport::tcp {

uint32_t clamped_window(const Settings& settings, uint32_t bytes) {
  return settings.window_clamp_bytes == 0 ? bytes : std::min(bytes, settings.window_clamp_bytes);
}

uint32_t receive_limit(const Settings& settings) {
  return clamped_window(settings, settings.receive_buffer_bytes != 0
                                      ? settings.receive_buffer_bytes
                                      : kConfig.tcp_receive_buffer_bytes);
}

Offer offer_of(const Settings& settings) {
  const uint32_t largest = clamped_window(
      settings, std::max(settings.receive_buffer_bytes, settings.receive_buffer_max_bytes));
  return {window_shift_for(largest), settings.window_scaling, settings.timestamps, settings.sack};
}

void on_peer_syn(Connection& c, const PeerSyn& syn, Instant now, uint32_t timestamp_offset,
                 bool handshake_retransmitted) {
  c.agreed = syn.agreed;
  c.figures.last_text_sent_at = c.figures.last_text_received_at = now;
  c.figures.last_ack_received_at = now;
  c.rcv.start(syn.seq, receive_limit(c.settings), syn.agreed.receive_shift);
  c.rcv.advertise_in_syn();
  c.snd.start_window(syn.seq, c.snd.vars().una, syn.wnd);
  if (syn.agreed.timestamps) c.timestamps.start(timestamp_offset, syn.timestamp, now);
  c.timestamps.on_ack_sent(c.rcv.vars().nxt);
  c.ecn.start(syn.agreed.ecn);
  update_mss(c);
  c.congestion.start(c.settings.congestion, text_mss(c), handshake_retransmitted);
  c.congestion.set_max_pacing_rate(c.settings.max_pacing_bytes_per_s);
  c.acks.start(c.advertised_mss_bytes - fixed_option_bytes(c.agreed),
               !c.settings.quick_ack || !c.settings.quick_acks_at_start);
  if (handshake_retransmitted) c.rtt.on_handshake_retransmitted();
}

}  // namespace tapstack::transport::tcp
