#include "shim/hooks/control.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/time.h>
#include <time.h>  // linux/errqueue.h needs it

#include <linux/capability.h>
#include <linux/errqueue.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/address.h"
#include "shim/common/capability.h"
#include "shim/common/option_table.h"
#include "shim/hooks/packet_headers.h"

namespace tapstack::shim::control {
namespace {

constexpr int kIp6FlowInfo = 11;  // IPV6_FLOWINFO; in6.h cannot be had beside netinet's
constexpr uint32_t kFlowLabelMask = 0xfffff;

// The int, or single byte, that a control message carries; -1 for neither.
int number_of(const cmsghdr* entry) {
  const size_t bytes = entry->cmsg_len - CMSG_LEN(0);
  int number = -1;
  if (bytes == sizeof number) std::memcpy(&number, CMSG_DATA(entry), sizeof number);
  if (bytes == 1) number = *CMSG_DATA(entry);
  return number;
}

int read_ip4_entry(const cmsghdr* entry, DatagramHeader& header) {
  if (entry->cmsg_type == IP_PKTINFO) {
    if (entry->cmsg_len != CMSG_LEN(sizeof(in_pktinfo))) return EINVAL;
    in_pktinfo info;
    std::memcpy(&info, CMSG_DATA(entry), sizeof info);
    header.interface = InterfaceId{static_cast<uint8_t>(info.ipi_ifindex)};
    if (info.ipi_spec_dst.s_addr != INADDR_ANY) {
      header.local = address_from_network_order(info.ipi_spec_dst.s_addr);
    }
    return 0;
  }
  const int number = number_of(entry);
  if (entry->cmsg_type == IP_TTL && number >= 1 && number <= 255) {
    header.ttl = static_cast<uint8_t>(number);
    return 0;
  }
  if (entry->cmsg_type == IP_TOS && number >= 0 && number <= 255) {
    header.tos = static_cast<uint8_t>(number);
    return 0;
  }
  return EINVAL;
}

// UDP_SEGMENT, for this send alone.
int read_udp_entry(const cmsghdr* entry, DatagramHeader& header) {
  if (entry->cmsg_type != UDP_SEGMENT) return EINVAL;
  if (entry->cmsg_len != CMSG_LEN(sizeof header.segment_bytes)) return EINVAL;
  std::memcpy(&header.segment_bytes, CMSG_DATA(entry), sizeof header.segment_bytes);
  return 0;
}

int read_ip6_packet_info(const cmsghdr* entry, DatagramHeader& header) {
  if (entry->cmsg_len < CMSG_LEN(sizeof(in6_pktinfo))) return EINVAL;
  in6_pktinfo info;
  std::memcpy(&info, CMSG_DATA(entry), sizeof info);
  header.interface = InterfaceId{static_cast<uint8_t>(info.ipi6_ifindex)};
  const IpAddress source = address_from_in6(info.ipi6_addr, info.ipi6_ifindex);
  if (!source.is_any()) header.local = source;
  return 0;
}

// RFC 3542 6. A value of -1 asks for the socket's own.
int read_ip6_entry(const cmsghdr* entry, DatagramHeader& header) {
  const bool is_int = entry->cmsg_len == CMSG_LEN(sizeof(int));
  const int number = is_int ? number_of(entry) : -2;
  const bool is_octet = number >= -1 && number <= 255;
  uint32_t flow_info = 0;
  switch (entry->cmsg_type) {
    case IPV6_PKTINFO:
    case IPV6_2292PKTINFO:
      return read_ip6_packet_info(entry, header);
    case IPV6_HOPLIMIT:
    case IPV6_2292HOPLIMIT:
      if (is_octet && number >= 0) header.ttl = static_cast<uint8_t>(number);
      return is_octet ? 0 : EINVAL;
    case kIp6FlowInfo:
      if (entry->cmsg_len < CMSG_LEN(sizeof(uint32_t))) return EINVAL;
      std::memcpy(&flow_info, CMSG_DATA(entry), sizeof flow_info);
      header.flow_label = ntohl(flow_info) & kFlowLabelMask;
      return 0;
    case IPV6_TCLASS:
      if (is_octet && number >= 0) header.tos = static_cast<uint8_t>(number);
      return is_octet ? 0 : EINVAL;
    default:
      return EINVAL;
  }
}

// __sock_cmsg_send. Marks and priorities of single packets are for routing rules and queues, which
// this stack has none of.
int check_socket_entry(const cmsghdr* entry) {
  const bool is_int = entry->cmsg_len == CMSG_LEN(sizeof(int));
  const auto is_privileged = [] {
    return has_capability(CAP_NET_ADMIN) || has_capability(CAP_NET_RAW);
  };
  constexpr int kPriorityMax = 6;  // without a privilege (sk_set_prio_allowed)
  const int number = is_int ? number_of(entry) : -1;
  switch (entry->cmsg_type) {
    case SCM_RIGHTS:
    case SCM_CREDENTIALS:
      return 0;
    case SO_MARK:
      if (!is_privileged()) return EPERM;
      return is_int ? 0 : EINVAL;
    case SO_PRIORITY:
      if (!is_int) return EINVAL;
      return (number >= 0 && number <= kPriorityMax) || is_privileged() ? 0 : EPERM;
    default:
      return EINVAL;
  }
}

// CMSG_OK of Linux: whether the entry lies within what was given.
bool is_within(const msghdr& message, const cmsghdr* entry) {
  const auto* end = static_cast<const uint8_t*>(message.msg_control) + message.msg_controllen;
  const auto left = static_cast<size_t>(end - reinterpret_cast<const uint8_t*>(entry));
  return entry->cmsg_len >= CMSG_LEN(0) && entry->cmsg_len <= left;
}

int read_entry(Family family, const cmsghdr* entry, DatagramHeader& header) {
  switch (entry->cmsg_level) {
    case SOL_SOCKET:
      return check_socket_entry(entry);
    case IPPROTO_IP: {
      const int error = read_ip4_entry(entry, header);
      return family == Family::kIp6 ? 0 : error;  // read where it goes to an IPv4 address
    }
    case IPPROTO_UDP:
      return read_udp_entry(entry, header);
    case IPPROTO_IPV6:
      return family == Family::kIp6 ? read_ip6_entry(entry, header) : 0;
    default:
      return 0;
  }
}

void write_ip4(Writer& writer, uint32_t wanted, const DatagramHeader& header) {
  if ((wanted & Wanted::kPacketInfo) != 0) {
    in_pktinfo info{};
    info.ipi_ifindex = header.interface.value;
    info.ipi_spec_dst.s_addr = network_order(header.local);
    info.ipi_addr.s_addr = network_order(header.local);
    writer.add(IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
  }
  if ((wanted & Wanted::kTtl) != 0) {
    const int ttl = header.ttl;
    writer.add(IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
  }
  if ((wanted & Wanted::kTos) != 0) writer.add(IPPROTO_IP, IP_TOS, &header.tos, sizeof header.tos);
  if ((wanted & Wanted::kOriginalDestination) != 0) {
    const sockaddr_in to = sockaddr_in_from({header.local, header.local_port});
    writer.add(IPPROTO_IP, IP_ORIGDSTADDR, &to, sizeof to);
  }
}

// Of datagrams of both families, the addresses of IPv4 as mapped ones.
void write_ip6_packet_info(Writer& writer, uint32_t wanted, const DatagramHeader& header) {
  const in6_pktinfo info{in6_from(header.local), header.interface.value};
  if ((wanted & Wanted::kIp6PacketInfo) != 0) {
    writer.add(IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
  }
  if ((wanted & Wanted::kIp6PacketInfo2292) != 0) {
    writer.add(IPPROTO_IPV6, IPV6_2292PKTINFO, &info, sizeof info);
  }
}

void write_ip6(Writer& writer, uint32_t wanted, const DatagramHeader& header) {
  const int hop_limit = header.ttl, traffic_class = header.tos;
  if ((wanted & Wanted::kIp6HopLimit) != 0) {
    writer.add(IPPROTO_IPV6, IPV6_HOPLIMIT, &hop_limit, sizeof hop_limit);
  }
  if ((wanted & Wanted::kIp6HopLimit2292) != 0) {
    writer.add(IPPROTO_IPV6, IPV6_2292HOPLIMIT, &hop_limit, sizeof hop_limit);
  }
  if ((wanted & Wanted::kIp6TrafficClass) != 0) {
    writer.add(IPPROTO_IPV6, IPV6_TCLASS, &traffic_class, sizeof traffic_class);
  }
  const uint32_t flow_info = htonl(uint32_t{header.tos} << 20 | header.flow_label);
  if ((wanted & Wanted::kIp6FlowInfo) != 0 && flow_info != 0) {
    writer.add(IPPROTO_IPV6, kIp6FlowInfo, &flow_info, sizeof flow_info);
  }
  if ((wanted & Wanted::kIp6OriginalDestination) != 0) {
    const sockaddr_in6 to = sockaddr_in6_from({header.local, header.local_port});
    writer.add(IPPROTO_IPV6, IPV6_ORIGDSTADDR, &to, sizeof to);
  }
}

}  // namespace

int read_for_send(Family family, const msghdr& message, DatagramHeader& header,
                  PacketOptions& options) {
  if (message.msg_control == nullptr || message.msg_controllen == 0) return 0;
  auto* walk = const_cast<msghdr*>(&message);  // CMSG_NXTHDR wants it so, and changes nothing
  for (cmsghdr* entry = CMSG_FIRSTHDR(walk); entry != nullptr; entry = CMSG_NXTHDR(walk, entry)) {
    if (!is_within(message, entry)) return EINVAL;
    const bool may_have = entry->cmsg_level != IPPROTO_IPV6 || family == Family::kIp6;
    int error = may_have ? read_packet_header(entry, options) : ENOENT;
    if (error == ENOENT) error = read_entry(family, entry, header);
    if (error != 0) return error;
  }
  return 0;
}

int check_for_stream(const msghdr& message) {
  if (message.msg_control == nullptr || message.msg_controllen == 0) return 0;
  auto* walk = const_cast<msghdr*>(&message);
  for (cmsghdr* entry = CMSG_FIRSTHDR(walk); entry != nullptr; entry = CMSG_NXTHDR(walk, entry)) {
    if (!is_within(message, entry)) return EINVAL;
    if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type == SO_TIMESTAMPING_OLD) continue;
    if (const int error = check_socket_entry(entry); error != 0) return error;
  }
  return 0;
}

Writer::~Writer() {
  message_.msg_controllen = used_;
  if (cut_) message_.msg_flags |= MSG_CTRUNC;
}

// put_cmsg of Linux: a message that does not fit is cut, one without room for its head is left out.
void Writer::add(int level, int type, const void* data, size_t bytes) {
  if (message_.msg_control == nullptr || room_ - used_ < sizeof(cmsghdr)) {
    cut_ = true;
    return;
  }
  const size_t fits = std::min(CMSG_LEN(bytes), room_ - used_);
  cut_ = cut_ || fits < CMSG_LEN(bytes);
  cmsghdr head{};
  head.cmsg_level = level;
  head.cmsg_type = type;
  head.cmsg_len = fits;
  auto* to = static_cast<uint8_t*>(message_.msg_control) + used_;
  std::memcpy(to, &head, sizeof head);
  std::memcpy(to + CMSG_LEN(0), data, fits - CMSG_LEN(0));
  used_ = std::min(used_ + CMSG_SPACE(fits - CMSG_LEN(0)), room_);
}

void add_stamping(Writer& writer, uint32_t wanted, int64_t realtime_ns) {
  constexpr int64_t kNsPerSecond = 1'000'000'000;
  scm_timestamping stamps{};  // by software first; there is no hardware
  stamps.ts[0] = {static_cast<time_t>(realtime_ns / kNsPerSecond),
                  static_cast<long>(realtime_ns % kNsPerSecond)};
  const int type = (wanted & Wanted::kNewStamping) != 0 ? SO_TIMESTAMPING_NEW : SO_TIMESTAMPING_OLD;
  writer.add(SOL_SOCKET, type, &stamps, sizeof stamps);
}

void add_timestamp(Writer& writer, uint32_t wanted, int64_t realtime_ns) {
  constexpr int64_t kNsPerSecond = 1'000'000'000;
  const timespec exact{static_cast<time_t>(realtime_ns / kNsPerSecond),
                       static_cast<long>(realtime_ns % kNsPerSecond)};
  const bool is_new = (wanted & Wanted::kNewStamps) != 0;  // on 64 bits of the same layout
  if ((wanted & Wanted::kTimestamp) != 0) {
    const timeval rounded{exact.tv_sec, exact.tv_nsec / 1000};
    writer.add(SOL_SOCKET, is_new ? SO_TIMESTAMP_NEW : SO_TIMESTAMP_OLD, &rounded, sizeof rounded);
  }
  if ((wanted & Wanted::kTimestampNs) != 0) {
    writer.add(SOL_SOCKET, is_new ? SO_TIMESTAMPNS_NEW : SO_TIMESTAMPNS_OLD, &exact, sizeof exact);
  }
  if ((wanted & Wanted::kStamping) != 0) add_stamping(writer, wanted, realtime_ns);
}

void add_hop_limit(Writer& writer, uint32_t wanted, bool is_ip6, uint8_t hop_limit) {
  DatagramHeader header;
  header.ttl = hop_limit;
  if (is_ip6) {
    write_ip6(writer, wanted & (Wanted::kIp6HopLimit | Wanted::kIp6HopLimit2292), header);
  } else {
    write_ip4(writer, wanted & Wanted::kTtl, header);
  }
}

void write_received(Family family, uint32_t wanted, const DatagramHeader& header,
                    std::span<const uint8_t> options, msghdr& message) {
  Writer writer(message);
  add_timestamp(writer, wanted, header.received_realtime_ns);
  if (family == Family::kIp6) write_ip6_packet_info(writer, wanted, header);
  if (header.peer.address.is_ip6()) {
    write_ip6(writer, wanted, header);
  } else {
    write_ip4(writer, wanted, header);
  }
  write_packet_headers(writer, wanted, header, options);
  if (header.segment_bytes != 0) {  // udp_cmsg_recv: only of what was joined
    const int segment_bytes = header.segment_bytes;
    writer.add(IPPROTO_UDP, UDP_GRO, &segment_bytes, sizeof segment_bytes);
  }
}

}  // namespace tapstack::shim::control
