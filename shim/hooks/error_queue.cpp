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

// What follows IP_RECVERR's header: the address of who reported it (SO_EE_OFFENDER).
struct ExtendedError {
  sock_extended_err error{};
  sockaddr_in offender{};
};

ExtendedError extended(const QueuedError& queued) {
  ExtendedError out;
  out.error.ee_errno = static_cast<uint32_t>(to_errno(queued.error));
  out.error.ee_origin = queued.is_local ? SO_EE_ORIGIN_LOCAL : SO_EE_ORIGIN_ICMP;
  out.error.ee_type = queued.type;
  out.error.ee_code = queued.code;
  out.error.ee_info = queued.info;
  if (!queued.is_local) {
    out.offender.sin_family = AF_INET;
    out.offender.sin_addr.s_addr = network_order(queued.reporter);
  }
  return out;
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

ssize_t receive_queued_error(int fd, SlotId id, msghdr& message) {
  Reply reply;
  const int error = ask::call(ask::about(Op::kQueuedError, id), reply);
  if (error != 0) return fail(error);
  QueuedError queued;
  if (reply.payload_bytes < sizeof queued) return fail(EPROTO);
  std::memcpy(static_cast<void*>(&queued), reply.payload, sizeof queued);
  datagram::drop_wake(fd);

  const size_t copied = scatter(queued, message);
  message.msg_flags = MSG_ERRQUEUE | (copied < queued.payload_bytes ? MSG_TRUNC : 0);
  if (message.msg_name != nullptr) {
    endpoint_to(queued.destination, static_cast<sockaddr*>(message.msg_name), &message.msg_namelen);
  }
  const ExtendedError out = extended(queued);
  control::Writer writer(message);
  control::add_timestamp(writer, descriptors::wanted(id), realtime_ns(queued.received_at));
  writer.add(IPPROTO_IP, IP_RECVERR, &out, sizeof out);
  return static_cast<ssize_t>(copied);
}

}  // namespace tapstack::shim
