#include "shim/common/linux_tcp_info.h"

#include <algorithm>

namespace tapstack::shim {
namespace {

// Linux counts windows and queues in segments, its windows in whole ones.
uint32_t whole_segments(uint32_t bytes, uint32_t mss) { return mss == 0 ? 0 : bytes / mss; }
uint32_t segments(uint32_t bytes, uint32_t mss) { return mss == 0 ? 0 : (bytes + mss - 1) / mss; }

constexpr uint32_t kSsthreshInfinite = 0x7fffffff;  // TCP_INFINITE_SSTHRESH

void put_options(const TcpInfo& from, tcp_info& to) {
  if (from.timestamps) to.tcpi_options |= TCPI_OPT_TIMESTAMPS;
  if (from.sack) to.tcpi_options |= TCPI_OPT_SACK;
  if (from.window_scaling) to.tcpi_options |= TCPI_OPT_WSCALE;
  if (from.ecn) to.tcpi_options |= TCPI_OPT_ECN;
  if (from.syn_text_acked) to.tcpi_options |= TCPI_OPT_SYN_DATA;
  to.tcpi_snd_wscale = from.send_scale & 0xf;
  to.tcpi_rcv_wscale = from.receive_scale & 0xf;
}

void put_times(const TcpInfo& from, tcp_info& to) {
  to.tcpi_rto = from.rto_us;
  to.tcpi_ato = from.delayed_ack_us;
  to.tcpi_rtt = from.srtt_us;
  to.tcpi_rttvar = from.rttvar_us;
  to.tcpi_min_rtt = from.min_rtt_us;
  to.tcpi_rcv_rtt = from.receive_rtt_us;
  to.tcpi_busy_time = from.busy_us;
  to.tcpi_rwnd_limited = from.window_limited_us;
  to.tcpi_sndbuf_limited = from.buffer_limited_us;
  to.tcpi_last_data_sent = static_cast<uint32_t>(from.last_data_sent_us / 1000);
  to.tcpi_last_data_recv = static_cast<uint32_t>(from.last_data_received_us / 1000);
  to.tcpi_last_ack_recv = static_cast<uint32_t>(from.last_ack_received_us / 1000);
}

void put_counts(const TcpInfo& from, tcp_info& to) {
  to.tcpi_bytes_sent = from.bytes_sent;
  to.tcpi_bytes_acked = from.bytes_acked;
  to.tcpi_bytes_received = from.bytes_received;
  to.tcpi_bytes_retrans = from.bytes_retransmitted;
  to.tcpi_segs_out = from.segments_out;
  to.tcpi_segs_in = from.segments_in;
  to.tcpi_total_retrans = from.retransmits_total;
  to.tcpi_retransmits = static_cast<uint8_t>(std::min<uint32_t>(from.retransmits_now, 255));
  to.tcpi_backoff = from.backoff;
  to.tcpi_reordering = from.reordering;
  to.tcpi_reord_seen = from.reordered;
  to.tcpi_notsent_bytes = from.not_sent_bytes;
  to.tcpi_probes = from.probes;
  to.tcpi_data_segs_out = from.text_segments_out;
  to.tcpi_data_segs_in = from.text_segments_in;
  to.tcpi_rcv_ooopack = from.out_of_order_in;
  to.tcpi_dsack_dups = from.duplicates_reported;
  const uint64_t mss = std::max<uint32_t>(from.send_mss, 1);
  to.tcpi_delivered = static_cast<uint32_t>((from.delivered_bytes + mss - 1) / mss) +
                      (from.is_syn_delivered ? 1 : 0);
}

void put_windows(const TcpInfo& from, tcp_info& to) {
  to.tcpi_snd_mss = from.send_mss;
  to.tcpi_rcv_mss = from.receive_mss;
  to.tcpi_advmss = from.advertised_mss;
  to.tcpi_pmtu = from.path_mtu;
  to.tcpi_snd_cwnd = whole_segments(from.cwnd_bytes, from.send_mss);
  const bool is_infinite = from.ssthresh_bytes == TcpInfo::kNoSsthresh;
  to.tcpi_snd_ssthresh =
      is_infinite ? kSsthreshInfinite : whole_segments(from.ssthresh_bytes, from.send_mss);
  to.tcpi_rcv_ssthresh = from.receive_window;
  to.tcpi_snd_wnd = from.send_window;
  to.tcpi_rcv_space = from.receive_window;
  // Of a listener: connections waiting to be accepted, and how many may.
  const bool listening = from.state == TcpState::kListen;
  to.tcpi_unacked = listening ? from.accept_queue : segments(from.unacked_bytes, from.send_mss);
  to.tcpi_sacked = listening ? from.backlog : segments(from.sacked_bytes, from.send_mss);
  to.tcpi_lost = segments(from.lost_bytes, from.send_mss);
  to.tcpi_retrans = segments(from.retransmitting_bytes, from.send_mss);
}

}  // namespace

tcp_info to_linux(const TcpInfo& from) {
  tcp_info to{};
  to.tcpi_state = static_cast<uint8_t>(from.state);
  to.tcpi_ca_state = static_cast<uint8_t>(from.repair);
  to.tcpi_pacing_rate = from.pacing_bytes_per_s == 0 ? UINT64_MAX : from.pacing_bytes_per_s;
  to.tcpi_max_pacing_rate = from.max_pacing_bytes_per_s;
  to.tcpi_delivery_rate = from.delivery_rate;
  to.tcpi_delivery_rate_app_limited = from.is_delivery_app_limited;
  put_options(from, to);
  put_times(from, to);
  put_counts(from, to);
  put_windows(from, to);
  return to;
}

}  // namespace tapstack::shim
