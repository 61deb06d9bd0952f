#include "socket/tcp_options.h"

#include <algorithm>
#include <cstddef>

#include "socket/address_preferences.h"
#include "socket/buffer_sizes.h"
#include "socket/tcp_socket.h"
#include "transport/tcp/user_calls.h"

namespace tapstack::socket {

namespace tcp = transport::tcp;

namespace {

using Settings = tcp::Settings;
using transport::set_mtu_discover;

struct Flag {
  Option option;
  bool Settings::*field;
};
constexpr Flag kFlags[] = {
    {Option::kNoDelay, &Settings::no_delay},
    {Option::kCork, &Settings::cork},
    {Option::kReceiveErrors, &Settings::receive_errors},
    {Option::kIp6ReceiveErrors, &Settings::ip6_receive_errors},
    {Option::kIp6AutoFlowLabel, &Settings::ip6_auto_flow_label},
    {Option::kFastOpenNoCookie, &Settings::fast_open_no_cookie},
    {Option::kTimestamps, &Settings::timestamps},
    {Option::kSack, &Settings::sack},
    {Option::kWindowScaling, &Settings::window_scaling},
    {Option::kQuickAcksAtStart, &Settings::quick_acks_at_start},
    {Option::kRestartAfterIdle, &Settings::restart_after_idle},
};

// What the pool of blocks can hold at the most, and the largest window (RFC 7323 2.3).
constexpr auto kBufferMax = static_cast<uint32_t>(std::min<size_t>(
    (kConfig.blocks - kConfig.blocks_reserved) * kConfig.block_bytes, 65'535u << 14));

struct Number {
  Option option;
  uint32_t Settings::*field;
  uint32_t min, max;  // of a value that is not refused; limits of Linux's tcp.h
};
constexpr Number kNumbers[] = {
    {Option::kKeepAliveIdleS, &Settings::keepalive_idle_s, 1, 32'767},  // RFC 9293 MUST-27
    {Option::kKeepAliveIntervalS, &Settings::keepalive_interval_s, 1, 32'767},
    {Option::kKeepAliveProbes, &Settings::keepalive_probes, 1, 127},
    {Option::kUserTimeoutMs, &Settings::user_timeout_ms, 0, 0x7fffffff},  // RFC 9293 MUST-21
    {Option::kReceiveBufferMax, &Settings::receive_buffer_max_bytes, kReceiveBufferMin, kBufferMax},
    {Option::kBurstSegmentsMin, &Settings::burst_segments_min, 1, 64},
    {Option::kSendBufferMax, &Settings::send_buffer_max_bytes, kSendBufferMin, kBufferMax},
    {Option::kSendBufferStart, &Settings::send_buffer_start_bytes, kSendBufferMin, kBufferMax},
    {Option::kNotSentLowWater, &Settings::not_sent_low_water_bytes, 0, UINT32_MAX},
    {Option::kNotSentLowWaterDefault, &Settings::not_sent_low_water_default_bytes, 0, UINT32_MAX},
};

constexpr int64_t kMaxSegmentMax = 32'767;  // Linux's MAX_TCP_WINDOW
constexpr int64_t kTosMask = 0xff & ~3;     // the ECN bits are TCP's own, RFC 3168

constexpr int64_t kSynRetriesMax = 127;  // MAX_TCP_SYNCNT
constexpr int64_t kLinger2Max = 120;     // TCP_FIN_TIMEOUT_MAX
constexpr int32_t kOrphanTimeoutS = kConfig.tcp_orphan_timeout_ms / 1000;

// TCP_DEFER_ACCEPT is kept as a number of time-outs of the SYN-ACK, which double from one second
// up to the RTO's maximum (secs_to_retrans() and retrans_to_secs() of Linux).
constexpr int64_t kFirstTimeoutS = kConfig.tcp_rto_initial_ms / 1000;
constexpr int64_t kLastTimeoutS = kConfig.tcp_rto_max_ms / 1000;

uint8_t timeouts_within(int64_t seconds) {
  if (seconds <= 0) return 0;
  uint8_t timeouts = 1;
  int64_t interval = kFirstTimeoutS;
  for (int64_t end = interval; end < seconds && timeouts < 255; end += interval) {
    interval = std::min(2 * interval, kLastTimeoutS);
    ++timeouts;
  }
  return timeouts;
}

int64_t seconds_of(uint8_t timeouts) {
  int64_t seconds = 0;
  int64_t interval = kFirstTimeoutS;
  for (uint8_t i = 0; i < timeouts; ++i) {
    seconds += interval;
    interval = std::min(2 * interval, kLastTimeoutS);
  }
  return seconds;
}

template <size_t N>
const auto* row_of(Option option, const auto(&rows)[N]) {
  for (const auto& row : rows) {
    if (row.option == option) return &row;
  }
  return static_cast<decltype(&rows[0])>(nullptr);
}

Status set_congestion(Settings& settings, int64_t value) {
  const bool is_one = value >= 0 && value < static_cast<int64_t>(tcp::kCongestionNames.size());
  if (!is_one || !tcp::is_available(static_cast<tcp::CongestionAlgorithm>(value))) {
    return Error::kInvalid;
  }
  settings.congestion = static_cast<tcp::CongestionAlgorithm>(value);
  return Status();
}

// TCP_WINDOW_CLAMP: taken back only before the connection, and never below half of the smallest
// receive buffer.
Status set_window_clamp(Settings& settings, TcpPhase phase, int64_t value) {
  if (value == 0 && phase != TcpPhase::kFresh) return Error::kInvalid;
  const int64_t least = kReceiveBufferMin / 2;
  settings.window_clamp_bytes =
      value == 0 ? 0 : static_cast<uint32_t>(std::clamp<int64_t>(value, least, UINT32_MAX));
  return Status();
}

// TCP_FASTOPEN (of a listener, or of what is to become one) and TCP_FASTOPEN_CONNECT.
Status set_fast_open_queue(Settings& settings, TcpPhase phase, int64_t value) {
  if (value < 0 || phase == TcpPhase::kConnected) return Error::kInvalid;
  settings.fast_open_queue =
      static_cast<uint16_t>(std::min<int64_t>(value, kConfig.tcp_backlog_max));
  return Status();
}

Status set_fast_open_connect(Environment env, Socket& socket, int64_t value) {
  if (value < 0 || value > 1) return Error::kInvalid;
  if (!tcp::may_fast_open(env.layers.tcp)) return Error::kNotSupported;
  if (socket.phase != TcpPhase::kFresh) return Error::kInvalid;
  socket.settings.fast_open_connect = value != 0;
  return Status();
}

Status set_quick_ack(Environment env, Socket& socket, int64_t value) {
  socket.settings.quick_ack = value != 0;
  if (socket.phase != TcpPhase::kConnected) return apply_tcp_settings(env, socket);
  return tcp::set_quick_ack(env.layers.tcp, env.ctx, socket.connection, value);
}

Status set_octet(uint8_t& kept, int64_t value) {
  if (value < 0 || value > UINT8_MAX) return Error::kInvalid;
  kept = static_cast<uint8_t>(value);
  return Status();
}

// Options of IP that a TCP socket has.
Status set_ip_option(Settings& settings, Option option, int64_t value) {
  switch (option) {
    case Option::kTtl:  // RFC 9293 3.9.2, MUST-49
      if (value != -1 && (value < 1 || value > 255)) return Error::kInvalid;
      settings.ttl = value == -1 ? uint8_t{0} : static_cast<uint8_t>(value);
      return Status();
    case Option::kTos:  // RFC 9293 3.9.1.9: MUST-48, SHLD-21 at any time, SHLD-22 as it is
      settings.tos = static_cast<uint8_t>(value & kTosMask);
      return Status();
    case Option::kIp6HopLimit:
      if (value < -1 || value > 255) return Error::kInvalid;
      settings.ip6_hop_limit = value == -1 ? uint8_t{0} : static_cast<uint8_t>(value);
      return Status();
    case Option::kIp6TrafficClass:
      if (value < -1 || value > 255) return Error::kInvalid;
      settings.ip6_traffic_class =
          value == -1 ? uint8_t{0} : static_cast<uint8_t>(value & kTosMask);
      return Status();
    case Option::kIp6MtuDiscover:
      return set_mtu_discover(settings.ip6_mtu_discover, value);
    case Option::kMtuDiscover:
      return set_mtu_discover(settings.mtu_discover, value);
    case Option::kMinTtl:
      return set_octet(settings.min_ttl, value);
    case Option::kIp6MinHops:
      return set_octet(settings.ip6_min_hops, value);
    case Option::kIp6AddressPreferences:
      return set_preferences(settings.ip6_preferences, value);
    default:
      return Error::kNoProtocolOption;
  }
}

// Sizes, times and congestion control.
Status set_other(Settings& settings, Option option, int64_t value) {
  switch (option) {
    case Option::kDeferAcceptS:
      settings.defer_accept_timeouts = timeouts_within(value);
      return Status();
    case Option::kSynRetries:
      if (value < 1 || value > kSynRetriesMax) return Error::kInvalid;
      settings.syn_retries = static_cast<uint8_t>(value);
      return Status();
    case Option::kLinger2S:
      settings.linger2_s = static_cast<int32_t>(std::clamp<int64_t>(value, -1, kLinger2Max));
      return Status();
    case Option::kReceiveBuffer:
      settings.receive_buffer_bytes = granted_buffer_bytes(value, kReceiveBufferMin) / 2;
      return Status();
    case Option::kSendBuffer:
      settings.send_buffer_bytes = granted_buffer_bytes(value, kSendBufferMin);
      return Status();
    case Option::kMaxSegment:
      if (value != 0 && (value < kConfig.tcp_mss_min_bytes || value > kMaxSegmentMax)) {
        return Error::kInvalid;
      }
      settings.max_segment_bytes = static_cast<uint16_t>(value);
      return Status();
    case Option::kCongestion:
      return set_congestion(settings, value);
    case Option::kMaxPacingRate:
      settings.max_pacing_bytes_per_s = static_cast<uint64_t>(value);
      return Status();
    default:
      return set_ip_option(settings, option, value);
  }
}

int64_t max_segment(const Layers& layers, const Socket& socket, Instant now) {
  if (socket.phase == TcpPhase::kConnected) {
    const uint32_t mss = tcp_socket::info(layers, socket, now).send_mss;
    if (mss != 0) return mss;
  }
  const uint16_t asked = socket.settings.max_segment_bytes;
  return asked != 0 ? asked : kConfig.tcp_mss_default_bytes;
}

}  // namespace

Status apply_tcp_settings(Environment env, Socket& socket) {
  switch (socket.phase) {
    case TcpPhase::kFresh:
      return Status();
    case TcpPhase::kListening:
      return tcp::change_settings(env.layers.tcp, socket.listener, socket.settings);
    case TcpPhase::kConnected:
      return tcp::change_settings(env.layers.tcp, env.ctx, socket.connection, socket.settings);
  }
  return Status();
}

Status set_tcp_option(Environment env, Socket& socket, Option option, int64_t value) {
  if (const Flag* flag = row_of(option, kFlags)) {
    socket.settings.*flag->field = value != 0;
  } else if (const Number* number = row_of(option, kNumbers)) {
    if (value < number->min || value > number->max) return Error::kInvalid;
    socket.settings.*number->field = static_cast<uint32_t>(value);
  } else if (option == Option::kMulticastTtl) {
    return Error::kInvalid;  // Linux: not on a stream
  } else if (option == Option::kQuickAck) {
    return set_quick_ack(env, socket, value);
  } else if (option == Option::kFastOpenConnect) {
    return set_fast_open_connect(env, socket, value);
  } else if (option == Option::kFastOpenQueue) {
    const Status set = set_fast_open_queue(socket.settings, socket.phase, value);
    if (!set.ok()) return set;
  } else if (option == Option::kWindowClamp) {
    const Status set = set_window_clamp(socket.settings, socket.phase, value);
    if (!set.ok()) return set;
  } else {
    const Status set = set_other(socket.settings, option, value);
    if (!set.ok()) return set;
  }
  return apply_tcp_settings(env, socket);
}

Result<int64_t> get_tcp_option(const Layers& layers, const Socket& socket, Instant now,
                               Option option) {
  const Settings& settings = socket.settings;
  if (const Flag* flag = row_of(option, kFlags)) return int64_t{settings.*flag->field};
  if (const Number* number = row_of(option, kNumbers)) return int64_t{settings.*number->field};
  switch (option) {
    case Option::kQuickAck:
      return int64_t{tcp_socket::is_quick_ack(layers, socket)};
    case Option::kDeferAcceptS:
      return seconds_of(settings.defer_accept_timeouts);
    case Option::kSynRetries:
      return int64_t{settings.syn_retries != 0 ? settings.syn_retries : kConfig.tcp_syn_retries};
    case Option::kLinger2S:
      return int64_t{settings.linger2_s != 0 ? settings.linger2_s : kOrphanTimeoutS};
    case Option::kWindowClamp:
      return int64_t{settings.window_clamp_bytes};
    case Option::kFastOpenQueue:
      return int64_t{settings.fast_open_queue};
    case Option::kFastOpenConnect:
      return int64_t{settings.fast_open_connect};
    case Option::kReceiveBuffer:
      return settings.receive_buffer_bytes != 0 ? 2 * int64_t{settings.receive_buffer_bytes}
                                                : int64_t{kConfig.tcp_receive_buffer_bytes};
    case Option::kSendBuffer:
      return int64_t{settings.send_buffer_bytes != 0 ? settings.send_buffer_bytes
                                                     : kConfig.tcp_send_buffer_bytes};
    case Option::kMaxSegment:
      return max_segment(layers, socket, now);
    case Option::kTtl:
      return int64_t{settings.ttl == 0 ? kConfig.ip_ttl_default : settings.ttl};
    case Option::kTos:
      return int64_t{settings.tos};
    case Option::kMtuDiscover:
      return static_cast<int64_t>(settings.mtu_discover);
    case Option::kMinTtl:
      return int64_t{settings.min_ttl};
    case Option::kIp6MinHops:
      return int64_t{settings.ip6_min_hops};
    case Option::kIp6AddressPreferences:
      return flags_of(settings.ip6_preferences);
    case Option::kIp6HopLimit:
      return int64_t{settings.ip6_hop_limit == 0 ? kConfig.ip_ttl_default : settings.ip6_hop_limit};
    case Option::kIp6TrafficClass:
      return int64_t{settings.ip6_traffic_class};
    case Option::kIp6MtuDiscover:
      return static_cast<int64_t>(settings.ip6_mtu_discover);
    case Option::kCongestion:
      return static_cast<int64_t>(settings.congestion);
    case Option::kMaxPacingRate:
      return static_cast<int64_t>(settings.max_pacing_bytes_per_s);
    case Option::kMtu:
    case Option::kIp6Mtu: {
      const uint32_t mtu = tcp_socket::path_mtu_bytes(layers, socket);
      if (mtu == 0) return Error::kNotConnected;
      return int64_t{mtu};
    }
    default:
      return Error::kNoProtocolOption;
  }
}

}  // namespace tapstack::socket
