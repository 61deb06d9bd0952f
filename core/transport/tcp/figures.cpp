#include "transport/tcp/figures.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

uint32_t us(Duration d) { return static_cast<uint32_t>(std::min<int64_t>(d.us(), UINT32_MAX)); }

uint64_t total_us(Duration d) { return static_cast<uint64_t>(d.us()); }

TcpRepair repair_of(const Connection& c) {
  switch (c.recovery.phase()) {
    case RecoveryPhase::kReduced:
      return TcpRepair::kReduced;
    case RecoveryPhase::kFast:
      return TcpRepair::kFastRecovery;
    case RecoveryPhase::kLoss:
      return TcpRepair::kLossRecovery;
    case RecoveryPhase::kOpen:
      break;
  }
  const bool has_gaps = c.sent.has_sacked() || c.duplicates.count() > 0;
  return has_gaps ? TcpRepair::kDisorder : TcpRepair::kNone;
}

void fill_sending(const Connection& c, TcpInfo& i) {
  const SendVariables& v = c.snd.vars();
  i.send_mss = text_mss(c);
  i.cwnd_bytes = c.congestion.cwnd_bytes();
  const uint32_t ssthresh = c.congestion.ssthresh_bytes();
  i.ssthresh_bytes = ssthresh == kWindowMax ? TcpInfo::kNoSsthresh : ssthresh;
  i.send_window = v.wnd_bytes;
  i.unacked_bytes = v.nxt.since(v.una);
  i.delivery_rate = c.rate.best().bytes_per_s;
  i.is_delivery_app_limited = c.rate.best().is_app_limited;
  i.sacked_bytes = c.sent.sacked_bytes();
  i.lost_bytes = c.sent.lost_bytes();
  i.retransmitting_bytes = c.sent.again_bytes();
  i.send_queue_bytes = c.snd.queued_bytes();
  i.not_sent_bytes = c.snd.unsent_bytes();
  i.probes = static_cast<uint8_t>(c.silence.window_probes + c.silence.keepalive_probes);
  i.syn_text_acked = c.fast_open.is_text_acked;
  i.pacing_bytes_per_s = c.congestion.pacing_bytes_per_s();
  i.max_pacing_bytes_per_s = c.settings.max_pacing_bytes_per_s;
  i.delivered_bytes = v.acked_bytes + c.sent.sacked_bytes();
  const bool is_syn_with_text = c.fast_open.syn_text_bytes > 0 && c.fast_open.is_text_acked;
  i.is_syn_delivered = v.syn_acked && !is_syn_with_text;
  i.text_segments_out = c.figures.text_segments_out;
  i.duplicates_reported = c.figures.dsacks_in;
  i.bytes_sent = v.sent_bytes + c.figures.retransmitted_bytes;
  i.bytes_acked = v.acked_bytes;
  i.bytes_retransmitted = c.figures.retransmitted_bytes;
  i.retransmits_total = c.figures.retransmits;
  i.retransmits_now = c.silence.retransmits;  // RFC 9293 3.8.3, SHLD-9
  i.reordering = c.figures.reordering;
  i.reordered = c.figures.reordered;
}

}  // namespace

TcpInfo figures_of(const Connection& c, Instant now) {
  TcpInfo i;
  i.state = c.state;
  i.repair = repair_of(c);
  i.backoff = c.rtt.backoff();
  i.send_scale = c.agreed.send_shift;
  i.receive_scale = c.agreed.receive_shift;
  i.timestamps = c.agreed.timestamps;
  i.sack = c.agreed.sack;
  i.ecn = c.ecn.is_on();
  i.window_scaling = c.agreed.window_scaling;
  i.rto_us = us(c.rtt.rto());
  i.delayed_ack_us = kConfig.tcp_delayed_ack_ms * 1000;
  i.srtt_us = us(c.rtt.srtt());
  i.rttvar_us = us(c.rtt.rttvar());
  i.min_rtt_us = us(c.rtt.min_rtt());
  i.receive_mss = c.acks.segment_bytes();
  i.path_mtu = c.route.mtu_bytes;
  i.advertised_mss = c.advertised_mss_bytes;
  i.receive_window = c.rcv.vars().wnd_bytes();
  i.receive_queue_bytes = c.rcv.queue().length;
  i.bytes_received = c.rcv.vars().received_bytes;
  i.receive_rtt_us = us(c.tuning.round_trip());
  i.text_segments_in = c.figures.text_segments_in;
  i.out_of_order_in = c.figures.out_of_order_in;
  i.segments_in = c.figures.segments_in;
  i.segments_out = c.figures.segments_out;
  i.busy_us = total_us(c.send_clock.busy(now));
  i.window_limited_us = total_us(c.send_clock.spent(SendPhase::kWindowLimited, now));
  i.buffer_limited_us = total_us(c.send_clock.spent(SendPhase::kBufferLimited, now));
  i.last_data_sent_us = (now - c.figures.last_text_sent_at).us();
  i.last_data_received_us = (now - c.figures.last_text_received_at).us();
  i.last_ack_received_us = (now - c.figures.last_ack_received_at).us();
  fill_sending(c, i);
  return i;
}

TcpInfo figures_of(const Listener& l) {
  TcpInfo i;
  i.state = TcpState::kListen;
  i.accept_queue = l.acceptable.count;
  i.backlog = l.backlog;
  return i;
}

}  // namespace tapstack::transport::tcp
