// What a netlink socket is beside its slot. Moves with the engine, so it is plain data; zeros are a
// valid one.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

namespace tapstack::shim::netlink {

// Where a dump goes on: what its family makes of it.
using Cursor = std::array<uint64_t, 4>;

// An answer in many messages, which goes on as the program reads.
struct Dump {
  // A request that is longer is refused with ENOBUFS: the filters that ss compiles have some
  // hundred bytes.
  static constexpr size_t kRequestBytesMax = 4096;

  bool is_active;
  bool has_begun;
  bool is_admin;         // who asked has CAP_NET_ADMIN
  bool was_interrupted;  // tables changed meanwhile (NLM_F_DUMP_INTR)
  uint32_t request_bytes;
  uint64_t tables;  // State::tables() when it began
  Cursor at;
  alignas(4) std::array<uint8_t, kRequestBytesMax> request;
};

struct Socket {
  static constexpr uint32_t kGroupsMax = 128;

  int32_t protocol;    // NETLINK_*
  uint32_t port;       // what sockaddr_nl calls nl_pid; 0: not bound
  uint32_t process;    // that opened it: the port that it is given first
  uint32_t peer_port;  // connect()
  uint32_t peer_group;
  uint32_t receive_buffer, send_buffer;          // SO_RCVBUF, SO_SNDBUF as they are read back
  std::array<uint32_t, kGroupsMax / 32> groups;  // group n is bit n - 1
  uint64_t kept_options;   // SO_REUSEADDR and their like, by Option: of no effect, as on the kernel
  bool wants_packet_info;  // NETLINK_PKTINFO
  bool caps_acks;          // NETLINK_CAP_ACK
  bool wants_extended_acks;     // NETLINK_EXT_ACK
  bool is_strict;               // NETLINK_GET_STRICT_CHK
  bool ignores_overruns;        // NETLINK_NO_ENOBUFS
  bool tells_broadcast_errors;  // NETLINK_BROADCAST_ERROR
  bool listens_to_all;          // NETLINK_LISTEN_ALL_NSID: there is one namespace
  bool is_congested;            // something was lost and the program has not read all before it
  Dump dump;

  bool is_member(uint32_t group) const {
    return group - 1 < kGroupsMax && (groups[(group - 1) / 32] >> (group - 1) % 32 & 1) != 0;
  }
  void set_member(uint32_t group, bool on) {
    const uint32_t bit = 1u << (group - 1) % 32;
    uint32_t& word = groups[(group - 1) / 32];
    word = on ? word | bit : word & ~bit;
  }
};
static_assert(std::is_trivial_v<Socket>);

}  // namespace tapstack::shim::netlink
