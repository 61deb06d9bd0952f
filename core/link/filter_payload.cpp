#include "link/filter_payload.h"

#include <algorithm>

#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/ip_protocol.h"
#include "wire/tcp.h"
#include "wire/udp.h"

namespace tapstack::link {
namespace {

constexpr uint32_t kIcmpHeaderBytes = 8;

struct Upper {
  uint32_t at = 0;  // of the transport header, in the subject
  uint8_t protocol = 0;
  bool is_later_fragment = false;
};

bool find_upper(const FilterSubject& subject, Upper& upper) {
  uint8_t bytes[wire::Ip4View::kHeaderBytesMax];
  const uint32_t there = subject.size() - std::min(subject.size(), subject.network);
  const size_t count = std::min<size_t>(there, sizeof bytes);
  if (count == 0 || !subject.copy_out(subject.network, {bytes, count})) return false;
  if (const auto ip = wire::Ip4View::parse_quoted({bytes, count})) {
    upper = {subject.network + ip->header_bytes(), ip->protocol(), ip->fragment_offset_bytes() > 0};
    return true;
  }
  if (const auto ip = wire::Ip6View::parse_quoted({bytes, count})) {
    upper = {subject.network + wire::Ip6View::kHeaderBytes, ip->next_header(), false};
    return true;
  }
  return false;
}

uint32_t tcp_header_bytes(const FilterSubject& subject, uint32_t at) {
  uint8_t fixed[wire::TcpView::kHeaderBytesMin];
  if (!subject.copy_out(at, fixed)) return 0;
  return std::max<uint32_t>(wire::TcpView::header_bytes_of(fixed), sizeof fixed);
}

uint32_t header_bytes(const FilterSubject& subject, const Upper& upper) {
  switch (upper.protocol) {
    case wire::ip_protocol::kTcp:
      return tcp_header_bytes(subject, upper.at);
    case wire::ip_protocol::kUdp:
      return wire::UdpView::kHeaderBytes;
    case wire::ip_protocol::kIcmp:
    case wire::ip_protocol::kIcmp6:
    case wire::ip_protocol::kIgmp:
      return kIcmpHeaderBytes;
    default:
      return 0;
  }
}

}  // namespace

uint32_t payload_offset(const FilterSubject& subject) {
  Upper upper;
  if (!find_upper(subject, upper)) return 0;
  const uint32_t header = upper.is_later_fragment ? 0 : header_bytes(subject, upper);
  return upper.at + header - std::min(subject.begin, upper.at);
}

}  // namespace tapstack::link
