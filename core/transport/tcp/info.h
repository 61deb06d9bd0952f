// State and figures of a TCP connection as programs may read them (TCP_INFO).
#pragma once

#include <cstdint>

namespace tapstack {

enum class TcpState : uint8_t {  // RFC 9293 3.3.2; values are Linux's TCP_* numbers
  kEstablished = 1,
  kSynSent,
  kSynReceived,
  kFinWait1,
  kFinWait2,
  kTimeWait,
  kClosed,
  kCloseWait,
  kLastAck,
  kListen,
  kClosing,
};

enum class TcpRepair : uint8_t {  // values are Linux's TCP_CA_* numbers
  kNone = 0,
  kDisorder,  // duplicate ACKs or SACKs came, nothing is taken to be lost yet
  kReduced,   // for ECN
  kFastRecovery,
  kLossRecovery,
};

// State and figures of one connection, for TCP_INFO and tools. Times in microseconds, sizes in
// bytes.
struct TcpInfo {
  static constexpr uint32_t kNoSsthresh = UINT32_MAX;  // slow start was never left

  TcpState state = TcpState::kClosed;
  TcpRepair repair = TcpRepair::kNone;
  uint8_t backoff = 0;
  uint8_t send_scale = 0, receive_scale = 0;
  bool timestamps = false, sack = false, window_scaling = false, ecn = false;
  uint32_t rto_us = 0, delayed_ack_us = 0, srtt_us = 0, rttvar_us = 0, min_rtt_us = 0;
  uint32_t send_mss = 0, receive_mss = 0, path_mtu = 0, advertised_mss = 0;
  uint32_t cwnd_bytes = 0, ssthresh_bytes = 0, send_window = 0, receive_window = 0;
  uint32_t unacked_bytes = 0, sacked_bytes = 0, lost_bytes = 0, retransmitting_bytes = 0;
  uint32_t send_queue_bytes = 0, receive_queue_bytes = 0;
  uint32_t not_sent_bytes = 0;          // of send_queue_bytes
  uint8_t probes = 0;                   // of a closed window or keep-alive, unanswered
  bool syn_text_acked = false;          // RFC 7413
  uint32_t receive_rtt_us = 0;          // as the receiver sees it; 0: not measured
  uint64_t pacing_bytes_per_s = 0;      // 0: not paced
  uint64_t max_pacing_bytes_per_s = 0;  // all ones: no limit
  uint64_t delivery_rate = 0;           // bytes a second, the latest sample; 0: none yet
  bool is_delivery_app_limited = false;
  uint64_t busy_us = 0, window_limited_us = 0, buffer_limited_us = 0;  // of the time connected
  uint64_t delivered_bytes = 0;   // of what was sent, cumulatively or by SACK
  bool is_syn_delivered = false;  // besides: our SYN, unless it went with text that counts already
  uint32_t text_segments_out = 0, text_segments_in = 0, out_of_order_in = 0;
  uint32_t duplicates_reported = 0;  // by D-SACK
  uint64_t bytes_sent = 0, bytes_acked = 0, bytes_received = 0, bytes_retransmitted = 0;
  uint32_t segments_out = 0, segments_in = 0, retransmits_total = 0, retransmits_now = 0;
  uint32_t reordering = 0, reordered = 0, accept_queue = 0, backlog = 0;
  int64_t last_data_sent_us = 0, last_data_received_us = 0, last_ack_received_us = 0;  // ago
};

}  // namespace tapstack
