// Control messages of datagrams, cmsg(3): what programs send along and hear about.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <span>

#include "shim/common/protocol.h"

namespace tapstack::shim::control {

// Reads IP_PKTINFO, IP_TTL and IP_TOS, on a socket of `family` IPv6 also IPV6_PKTINFO,
// IPV6_HOPLIMIT and IPV6_TCLASS, of a message to send into `header`, and options of the packet into
// `options`. 0; EINVAL for control data that is malformed or not known, as Linux's ip_cmsg_send and
// ip6_datagram_send_ctl; errors of read_packet_header().
int read_for_send(Family family, const msghdr& message, DatagramHeader& header,
                  PacketOptions& options);

// 0, or what Linux says against control data sent on a stream, of which SOL_SOCKET's alone is
// looked at (sock_cmsg_send): EINVAL for what is malformed or not known, EPERM for what takes a
// privilege.
int check_for_stream(const msghdr& message);

// Appends control messages to a program's buffer and keeps count of what did not fit.
class Writer {
 public:
  explicit Writer(msghdr& message) : message_(message), room_(message.msg_controllen) {}
  // Sets msg_controllen (and MSG_CTRUNC).
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void add(int level, int type, const void* data, size_t bytes);

 private:
  msghdr& message_;
  size_t room_;
  size_t used_ = 0;
  bool cut_ = false;
};

// Writes what the program wants to know (bits of Wanted) of a datagram received on a socket of
// `family`, which came with `options`.
void write_received(Family family, uint32_t wanted, const DatagramHeader& header,
                    std::span<const uint8_t> options, msghdr& message);

// SCM_TIMESTAMPING, whether wanted or not.
void add_stamping(Writer& writer, uint32_t wanted, int64_t realtime_ns);
// SO_TIMESTAMP, SO_TIMESTAMPNS and SO_TIMESTAMPING of what was received, if wanted.
void add_timestamp(Writer& writer, uint32_t wanted, int64_t realtime_ns);
// IP_TTL or IPV6_HOPLIMIT of a packet of that family, if wanted.
void add_hop_limit(Writer& writer, uint32_t wanted, bool is_ip6, uint8_t hop_limit);

}  // namespace tapstack::shim::control
