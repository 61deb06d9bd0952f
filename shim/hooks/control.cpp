#include "shim/hooks/control.h"

#include <netinet/in.h>
#include <sys/time.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/address.h"
#include "shim/common/option_table.h"

namespace tapstack::shim::control {
namespace {

// The int, or single byte, that a control message carries; -1 for neither.
int number_of(const cmsghdr* entry) {
  const size_t bytes = entry->cmsg_len - CMSG_LEN(0);
  int number = -1;
  if (bytes == sizeof number) std::memcpy(&number, CMSG_DATA(entry), sizeof number);
  if (bytes == 1) number = *CMSG_DATA(entry);
  return number;
}

int read_entry(const cmsghdr* entry, DatagramHeader& header) {
  if (entry->cmsg_level == SOL_SOCKET) {
    return entry->cmsg_type == SCM_RIGHTS || entry->cmsg_type == SCM_CREDENTIALS ? 0 : EINVAL;
  }
  if (entry->cmsg_level != IPPROTO_IP) return 0;
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

}  // namespace

int read_for_send(const msghdr& message, DatagramHeader& header) {
  if (message.msg_control == nullptr || message.msg_controllen == 0) return 0;
  auto* walk = const_cast<msghdr*>(&message);  // CMSG_NXTHDR wants it so, and changes nothing
  for (cmsghdr* entry = CMSG_FIRSTHDR(walk); entry != nullptr; entry = CMSG_NXTHDR(walk, entry)) {
    const auto* end = static_cast<const uint8_t*>(message.msg_control) + message.msg_controllen;
    const auto left = static_cast<size_t>(end - reinterpret_cast<const uint8_t*>(entry));
    if (entry->cmsg_len < CMSG_LEN(0) || entry->cmsg_len > left) return EINVAL;
    if (const int error = read_entry(entry, header); error != 0) return error;
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

void add_timestamp(Writer& writer, uint32_t wanted, int64_t realtime_ns) {
  constexpr int64_t kNsPerSecond = 1'000'000'000;
  const timespec exact{static_cast<time_t>(realtime_ns / kNsPerSecond),
                       static_cast<long>(realtime_ns % kNsPerSecond)};
  if ((wanted & Wanted::kTimestamp) != 0) {
    const timeval rounded{exact.tv_sec, exact.tv_nsec / 1000};
    writer.add(SOL_SOCKET, SCM_TIMESTAMP, &rounded, sizeof rounded);
  }
  if ((wanted & Wanted::kTimestampNs) != 0) {
    writer.add(SOL_SOCKET, SCM_TIMESTAMPNS, &exact, sizeof exact);
  }
}

void write_received(uint32_t wanted, const DatagramHeader& header, msghdr& message) {
  Writer writer(message);
  add_timestamp(writer, wanted, header.received_realtime_ns);
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
}

}  // namespace tapstack::shim::control
