// The host profile with buffers for paths of up to 64 MB times a queue of twice that: the
// measurements in virtual time shall show congestion control, not a socket buffer.
#pragma once

constexpr tapstack::Config tapstack_user_config(tapstack::Config c) {
  c.blocks = 524'288;  // 1 GB of address space; what is not used is never resident
  c.slices = 2 * c.blocks;
  c.packets = 65'536;
  c.sockets = 256;
  // Two segments each, as ACKs clock them out, and a quarter of all for those that SACKs split.
  c.tcp_sent_records = 1u << 20;
  c.tcp_connections = 64;
  c.tcp_listeners = 64;
  c.udp_endpoints = 16;
  c.raw_endpoints = 16;
  c.buffer_max_bytes = 512u << 20;
  c.tcp_receive_buffer_max_bytes = 384u << 20;
  c.tcp_send_buffer_max_bytes = 384u << 20;
  return c;
}
