// Reading and writing.
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "shim/common/address.h"
#include "tools/packetdrill/calls.h"

namespace tapstack::packetdrill {
namespace {

constexpr int kTcpControlInq = TCP_INQ;  // Linux's TCP_CM_INQ, the type of its control message

// What is left of the program's buffers.
template <class Span>
class Parts {
 public:
  // False (errno EFAULT): a part without memory.
  bool take(const iovec* parts, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      if (parts[i].iov_len == 0) continue;
      if (parts[i].iov_base == nullptr) {
        errno = EFAULT;
        return false;
      }
      left_.push_back(Span(static_cast<uint8_t*>(parts[i].iov_base), parts[i].iov_len));
    }
    return true;
  }
  std::span<const Span> left() const { return left_; }
  bool is_empty() const { return left_.empty(); }
  void consume(size_t bytes) {
    while (bytes > 0) {
      const size_t here = std::min(bytes, left_.front().size());
      left_.front() = left_.front().subspan(here);
      if (left_.front().empty()) left_.erase(left_.begin());
      bytes -= here;
    }
  }

 private:
  std::vector<Span> left_;
};

// What TCP_INQ tells: octets that can be read; the end of the stream counts as one behind them all.
int queue_hint(Session& s, SocketId id) {
  const auto left = api::readable_bytes(s.stack(), id);
  if (left.ok() && *left > 0) return static_cast<int>(*left);
  return api::readiness(s.stack(), id).has(Readiness::kPeerClosed) ? 1 : 0;
}

void put_controls(Session& s, int fd, SocketId id, msghdr& message) {
  size_t used = 0;
  if (s.descriptors().notes(fd).wants_inq) {
    const int hint = queue_hint(s, id);
    put_control(message, used, SOL_TCP, kTcpControlInq,
                {reinterpret_cast<const uint8_t*>(&hint), sizeof hint});
  }
  message.msg_controllen = used;
}

// Only what goes with its SYN was taken of a text (RFC 7413).
bool is_connecting(Session& s, SocketId id) {
  const auto info = api::tcp_info(s.stack(), s.now(), id);
  return info.ok() && info->state == TcpState::kSynSent;
}

// A program that sleeps is woken where poll() would say POLLOUT. False: nothing will ever change.
bool wait_for_room(Session& s, Call& call, SocketId id) {
  constexpr uint16_t kDecided = Readiness::kWritable | Readiness::kHangUp | Readiness::kError;
  do {
    if (!call.wait()) return false;
  } while (!api::readiness(s.stack(), id).has(kDecided));
  return true;
}

bool may_block(Session& s, int fd, int flags) {
  return (flags & MSG_DONTWAIT) == 0 && !s.descriptors().is_nonblocking(fd);
}

// Where a send goes to, if it says so. 0, or -1 with errno.
int take_peer(Session& s, int fd, const msghdr& message, int flags, Endpoint& peer) {
  const auto* address = static_cast<const sockaddr*>(message.msg_name);
  if ((flags & MSG_FASTOPEN) != 0) {
    if (address == nullptr) return fail(EINVAL);
    if (shim::is_unspecified(address, message.msg_namelen)) return fail(EOPNOTSUPP);
  }
  if (address == nullptr) return 0;
  const int error =
      shim::endpoint_from(s.descriptors().family(fd), address, message.msg_namelen, peer);
  return error == 0 ? 0 : fail(error);
}

}  // namespace

void put_control(msghdr& message, size_t& used, int level, int type, ConstBytes data) {
  if (message.msg_control == nullptr || message.msg_controllen < used + CMSG_SPACE(data.size())) {
    message.msg_flags |= MSG_CTRUNC;
    return;
  }
  auto* header = reinterpret_cast<cmsghdr*>(static_cast<uint8_t*>(message.msg_control) + used);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(data.size());
  std::memcpy(CMSG_DATA(header), data.data(), data.size());
  used += CMSG_SPACE(data.size());
}

ssize_t call_recvmsg(Session& s, int fd, msghdr* message, int flags) {
  Call call(s);
  SocketId id;
  if (!s.descriptors().find(fd, id)) return -1;
  if ((flags & MSG_ERRQUEUE) != 0) return receive_send_report(s, fd, id, *message);
  Parts<Bytes> parts;
  if (!parts.take(message->msg_iov, message->msg_iovlen)) return -1;
  const api::ReceiveOptions options{(flags & MSG_PEEK) != 0, (flags & MSG_OOB) != 0};
  DatagramInfo info;
  size_t done = 0;
  for (;;) {
    const auto got = api::receive(s.stack(), s.now(), id, parts.left(), options, &info);
    const bool is_dry = !got.ok() && got.error() == Error::kWouldBlock;
    if (!got.ok() && done == 0 && !(is_dry && may_block(s, fd, flags))) return fail(got.error());
    if (got.ok()) {
      done += *got;
      parts.consume(*got);
    }
    const bool wants_more = (flags & MSG_WAITALL) != 0 && !parts.is_empty() && got.ok() && *got > 0;
    if (done > 0 && !wants_more && !(is_dry && (flags & MSG_WAITALL) != 0)) break;
    if (got.ok() && *got == 0) break;  // end of stream
    if (is_dry && !call.wait()) return done > 0 ? static_cast<ssize_t>(done) : fail(EINTR);
  }
  message->msg_flags = 0;
  put_controls(s, fd, id, *message);
  if (message->msg_name != nullptr) {
    shim::endpoint_to(s.descriptors().family(fd), info.peer,
                      static_cast<sockaddr*>(message->msg_name), &message->msg_namelen);
  }
  return static_cast<ssize_t>(done);
}

ssize_t call_sendmsg(Session& s, int fd, const msghdr* message, int flags) {
  Call call(s);
  SocketId id;
  if (!s.descriptors().find(fd, id)) return -1;
  Parts<ConstBytes> parts;
  if (!parts.take(message->msg_iov, message->msg_iovlen)) return -1;
  DatagramInfo to;
  if (take_peer(s, fd, *message, flags, to.peer) != 0) return -1;
  if ((flags & MSG_FASTOPEN) != 0) {
    const Status begun = api::connect_with_text(s.stack(), s.now(), id, to.peer);
    if (finish_connect(s, call, id, begun, may_block(s, fd, flags)) != 0) return -1;
  }
  api::SendOptions options;
  options.more = (flags & MSG_MORE) != 0;
  options.urgent = (flags & MSG_OOB) != 0;
  options.ends_record = (flags & MSG_EOR) != 0;
  options.reports = reports_wanted(s.descriptors().notes(fd), flags);
  size_t done = 0;
  for (;;) {
    const auto sent = api::send(s.stack(), s.now(), id, parts.left(), to, options);
    if (sent.ok()) {
      done += *sent;
      parts.consume(*sent);
      if (is_connecting(s, id)) {
        const bool waits = may_block(s, fd, flags);
        if (!waits && done > 0) return static_cast<ssize_t>(done);
        if (finish_connect(s, call, id, Error::kInProgress, waits) != 0) return -1;
      }
      if (parts.is_empty()) return static_cast<ssize_t>(done);
    }
    const Error error = sent.ok() ? Error::kWouldBlock : sent.error();
    if (error == Error::kWouldBlock && may_block(s, fd, flags)) {
      if (wait_for_room(s, call, id)) continue;
      if (done == 0) return fail(EINTR);
    }
    return done > 0 ? static_cast<ssize_t>(done) : fail(error);
  }
}

int call_ioctl(Session& s, int fd, unsigned long request, void* argument) {
  Call call(s);
  SocketId id;
  if (!s.descriptors().is_socket(fd)) return ioctl(fd, request, argument);
  if (!s.descriptors().find(fd, id)) return -1;
  if (request == FIONBIO) return ioctl(fd, request, argument);
  if (request != SIOCINQ && request != SIOCOUTQ) return fail(EINVAL);
  const auto bytes =
      request == SIOCINQ ? api::readable_bytes(s.stack(), id) : api::unsent_bytes(s.stack(), id);
  if (!bytes.ok()) return fail(bytes.error());
  *static_cast<int*>(argument) = static_cast<int>(*bytes);
  return 0;
}

}  // namespace tapstack::packetdrill
