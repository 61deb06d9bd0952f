#include "shim/hooks/error_queue.h"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/address.h"
#include "shim/common/errno_map.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/control.h"
#include "shim/hooks/datagram.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/result.h"

namespace tapstack::shim {
namespace {

constexpr int64_t kNsPerUs = 1000;

int64_t clock_ns(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// The engine's clock is CLOCK_MONOTONIC.
int64_t realtime_ns(Instant at) {
  const int64_t age = clock_ns(CLOCK_MONOTONIC) - at.us() * kNsPerUs;
  return clock_ns(CLOCK_REALTIME) - age;
}

// The address of who reported it follows (SO_EE_OFFENDER).
template <class Address>
struct ExtendedError {
  sock_extended_err error{};
  Address offender{};
};

sock_extended_err extended(const QueuedError& queued) {
  sock_extended_err out{};
  const bool is_icmp6 = queued.destination.address.is_ip6();
  out.ee_errno = static_cast<uint32_t>(to_errno(queued.error));
  out.ee_origin = queued.is_local ? SO_EE_ORIGIN_LOCAL
                  : is_icmp6      ? SO_EE_ORIGIN_ICMP6
                                  : SO_EE_ORIGIN_ICMP;
  out.ee_type = queued.type;
  out.ee_code = queued.code;
  out.ee_info = queued.info;
  return out;
}

void add_error(control::Writer& writer, Family family, const QueuedError& queued) {
  if (family == Family::kIp6) {
    ExtendedError<sockaddr_in6> out{extended(queued), {}};
    if (!queued.is_local) out.offender = sockaddr_in6_from({queued.reporter, Port{}});
    writer.add(IPPROTO_IPV6, IPV6_RECVERR, &out, sizeof out);
    return;
  }
  ExtendedError<sockaddr_in> out{extended(queued), {}};
  if (!queued.is_local) {
    out.offender.sin_family = AF_INET;
    out.offender.sin_addr.s_addr = network_order(queued.reporter);
  }
  writer.add(IPPROTO_IP, IP_RECVERR, &out, sizeof out);
}

// Scatters the quoted bytes; returns how many fitted.
size_t scatter(const QueuedError& queued, const msghdr& message) {
  size_t done = 0;
  for (size_t i = 0; i < message.msg_iovlen && done < queued.payload_bytes; ++i) {
    const size_t bytes = std::min(message.msg_iov[i].iov_len, queued.payload_bytes - done);
    if (bytes > 0) std::memcpy(message.msg_iov[i].iov_base, queued.payload + done, bytes);
    done += bytes;
  }
  return done;
}

}  // namespace

namespace {

// What became of a send: a stamp (__skb_complete_tx_timestamp), without the packet, as with
// SOF_TIMESTAMPING_OPT_TSONLY; or that its buffer is free (__msg_zerocopy_callback), which was
// copied. False if there is nothing to tell.
bool receive_send_notice(const Handle& handle, msghdr& message) {
  Reply reply;
  SendNotice notice;
  if (ask::call(ask::about(Op::kSendNotice, handle.id), reply) != 0) return false;
  if (reply.payload_bytes < sizeof notice) return false;
  std::memcpy(&notice, reply.payload, sizeof notice);
  message.msg_flags = MSG_ERRQUEUE;
  message.msg_namelen = 0;
  control::Writer writer(message);
  ExtendedError<sockaddr_in6> out;
  if (notice.is_stamp) {
    control::add_stamping(writer, descriptors::wanted(handle.id), notice.realtime_ns);
    out.error.ee_errno = ENOMSG;
    out.error.ee_origin = SO_EE_ORIGIN_TIMESTAMPING;
  } else {
    out.error.ee_origin = SO_EE_ORIGIN_ZEROCOPY;
    out.error.ee_code = SO_EE_CODE_ZEROCOPY_COPIED;
  }
  out.error.ee_info = notice.info;
  out.error.ee_data = notice.data;
  if (handle.is_ip6) {
    writer.add(IPPROTO_IPV6, IPV6_RECVERR, &out, sizeof out);
  } else {
    writer.add(IPPROTO_IP, IP_RECVERR, &out, sizeof out.error + sizeof(sockaddr_in));
  }
  return true;
}

}  // namespace

ssize_t receive_queued_error(int fd, const Handle& handle, msghdr& message) {
  const bool may_have_notice = (descriptors::wanted(handle.id) & Wanted::kSendNotices) != 0;
  if (may_have_notice && receive_send_notice(handle, message)) {
    if (!handle.is_stream) datagram::drop_wake(fd);
    return 0;
  }
  if (handle.is_stream) return fail(EAGAIN);  // a stream of ours keeps no ICMP errors
  Reply reply;
  const int error = ask::call(ask::about(Op::kQueuedError, handle.id), reply);
  if (error != 0) return fail(error);
  QueuedError queued;
  if (reply.payload_bytes < sizeof queued) return fail(EPROTO);
  std::memcpy(static_cast<void*>(&queued), reply.payload, sizeof queued);
  datagram::drop_wake(fd);

  const size_t copied = scatter(queued, message);
  message.msg_flags = MSG_ERRQUEUE | (copied < queued.payload_bytes ? MSG_TRUNC : 0);
  if (message.msg_name != nullptr) {
    endpoint_to(handle.family(), queued.destination, static_cast<sockaddr*>(message.msg_name),
                &message.msg_namelen);
  }
  control::Writer writer(message);
  control::add_timestamp(writer, descriptors::wanted(handle.id), realtime_ns(queued.received_at));
  if (!queued.is_local) {  // of the ICMP message itself (ip_recv_error, ipv6_recv_error)
    const bool is_ip6 = queued.reporter.is_ip6();
    control::add_hop_limit(writer, descriptors::wanted(handle.id), is_ip6, queued.hop_limit);
  }
  add_error(writer, handle.family(), queued);
  return static_cast<ssize_t>(copied);
}

}  // namespace tapstack::shim
