#include "shim/hooks/error_queue.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
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

// A stamp of a datagram that was sent (skb_tstamp_tx); the datagram itself is not quoted, as with
// SOF_TIMESTAMPING_OPT_TSONLY. False if there is none.
bool receive_send_stamp(const Handle& handle, int flags, msghdr& message) {
  Reply reply;
  SendStamp stamp;
  if (ask::call(ask::about(Op::kSendStamp, handle.id), reply) != 0) return false;
  if (reply.payload_bytes < sizeof stamp) return false;
  std::memcpy(&stamp, reply.payload, sizeof stamp);
  message.msg_flags = MSG_ERRQUEUE;
  message.msg_namelen = 0;
  control::Writer writer(message);
  control::add_stamping(writer, descriptors::wanted(handle.id), stamp.realtime_ns);
  QueuedError as_error;
  as_error.is_local = true;
  ExtendedError<sockaddr_in6> out{extended(as_error), {}};
  out.error.ee_errno = ENOMSG;
  out.error.ee_origin = SO_EE_ORIGIN_TIMESTAMPING;
  out.error.ee_info = SCM_TSTAMP_SND;
  out.error.ee_data = (flags & SOF_TIMESTAMPING_OPT_ID) != 0 ? stamp.key : 0;
  if (handle.is_ip6) {
    writer.add(IPPROTO_IPV6, IPV6_RECVERR, &out, sizeof out);
  } else {
    writer.add(IPPROTO_IP, IP_RECVERR, &out, sizeof out.error + sizeof(sockaddr_in));
  }
  return true;
}

}  // namespace

ssize_t receive_queued_error(int fd, const Handle& handle, msghdr& message) {
  int stamping = 0;
  ask::kept(handle.id, Kept::kTimestamping, stamping);
  if (stamping != 0 && receive_send_stamp(handle, stamping, message)) {
    datagram::drop_wake(fd);
    return 0;
  }
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
