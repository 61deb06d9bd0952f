#include "shim/proc/settings.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iterator>

#include "config.h"
#include "core/api/types.h"
#include "shim/common/settings.h"

namespace tapstack::shim::proc {
namespace {

struct Number {
  std::string_view name;
  unsigned long value;
};

// By name. What is not here is the kernel's: net.ipv4.ip_unprivileged_port_start is asked of it by
// bind() itself, and what no part of the stack knows would be an invention.
constexpr Number kNumbers[] = {
    {"core/optmem_max", 131'072},
    {"core/rmem_default", kConfig.receive_buffer_default_bytes},
    {"core/somaxconn", kConfig.tcp_backlog_max},
    {"core/wmem_default", kConfig.send_buffer_default_bytes},
    {"ipv4/conf/all/forwarding", 0},
    {"ipv4/ip_default_ttl", kConfig.ip_ttl_default},
    {"ipv4/ip_forward", 0},
    {"ipv4/tcp_ecn", kConfig.tcp_ecn},
    {"ipv4/tcp_fastopen", kConfig.tcp_fast_open},
    {"ipv4/tcp_fin_timeout", kConfig.tcp_orphan_timeout_ms / 1000},
    {"ipv4/tcp_keepalive_intvl", kConfig.tcp_keepalive_interval_s},
    {"ipv4/tcp_keepalive_probes", kConfig.tcp_keepalive_probes},
    {"ipv4/tcp_keepalive_time", kConfig.tcp_keepalive_idle_s},
    {"ipv4/tcp_max_syn_backlog", kConfig.tcp_half_open},
    {"ipv4/tcp_max_tw_buckets", kConfig.tcp_time_waits},
    {"ipv4/tcp_retries1", kConfig.tcp_retries1},
    {"ipv4/tcp_retries2", kConfig.tcp_retries2},
    {"ipv4/tcp_sack", 1},
    {"ipv4/tcp_slow_start_after_idle", 1},
    {"ipv4/tcp_syn_retries", kConfig.tcp_syn_retries},
    {"ipv4/tcp_synack_retries", kConfig.tcp_synack_retries},
    {"ipv4/tcp_syncookies", 1},
    {"ipv4/tcp_timestamps", 1},
    {"ipv4/tcp_window_scaling", 1},
    {"ipv6/conf/all/disable_ipv6", 0},
    {"ipv6/conf/all/forwarding", 0},
    {"ipv6/conf/default/disable_ipv6", 0},
    {"ipv6/conf/lo/disable_ipv6", 0},
};

CongestionAlgorithm congestion() {
  Settings settings;
  if (read_settings(std::getenv, settings)) return kCongestionDefault;
  return settings.congestion;
}

void write_congestion(Text& text) {
  text.add(name_of(congestion()));
  text.add(std::string_view("\n"));
}

void write_congestions(Text& text) {
  const char* separator = "";
  for (const std::string_view name : transport::tcp::kCongestionNames) {
    if (!congestion_named(name)) continue;
    text.add("%s%.*s", separator, static_cast<int>(name.size()), name.data());
    separator = " ";
  }
  text.add(std::string_view("\n"));
}

void write_ports(Text& text) {
  text.add("%u\t%u\n", kConfig.port_ephemeral_first, kConfig.port_ephemeral_last);
}

// Sockets for ping are everyone's.
void write_ping_groups(Text& text) { text.add("0\t2147483647\n"); }

constexpr unsigned kBufferMin = 4096;  // Linux's, a page

void write_receive_memory(Text& text) {
  text.add("%u\t%u\t%u\n", kBufferMin, kConfig.tcp_receive_buffer_bytes,
           kConfig.tcp_receive_buffer_max_bytes);
}

void write_send_memory(Text& text) {
  text.add("%u\t%u\t%u\n", kBufferMin, kConfig.tcp_send_buffer_bytes,
           kConfig.tcp_send_buffer_max_bytes);
}

struct Special {
  std::string_view name;
  void (*write)(Text& text);
};
constexpr Special kSpecials[] = {
    {"ipv4/ip_local_port_range", write_ports},
    {"ipv4/ping_group_range", write_ping_groups},
    {"ipv4/tcp_allowed_congestion_control", write_congestions},
    {"ipv4/tcp_available_congestion_control", write_congestions},
    {"ipv4/tcp_congestion_control", write_congestion},
    {"ipv4/tcp_rmem", write_receive_memory},
    {"ipv4/tcp_wmem", write_send_memory},
};

template <class Table>
const auto* find(const Table& table, std::string_view name) {
  const auto* found = std::ranges::find(table, name, [](const auto& row) { return row.name; });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace

bool is_setting(std::string_view name) {
  return find(kNumbers, name) != nullptr || find(kSpecials, name) != nullptr;
}

int write_setting(std::string_view name, Text& text) {
  if (const Special* special = find(kSpecials, name)) {
    special->write(text);
    return 0;
  }
  const Number* number = find(kNumbers, name);
  if (number == nullptr) return ENOENT;
  text.add("%lu\n", number->value);
  return 0;
}

}  // namespace tapstack::shim::proc
