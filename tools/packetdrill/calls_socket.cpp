// Opening, naming, connecting and closing.
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>

#include "shim/common/address.h"
#include "shim/common/errno_map.h"
#include "tools/packetdrill/calls.h"

namespace tapstack::packetdrill {
namespace {

constexpr int kTypeMask = 0xf;  // the rest of `type` are SOCK_NONBLOCK and SOCK_CLOEXEC

int finish(Status status) { return status.ok() ? 0 : fail(status.error()); }

// The family's number as the core has it; kNone for others.
Family family_of(int domain) {
  if (domain == AF_INET) return Family::kIp4;
  return domain == AF_INET6 ? Family::kIp6 : Family::kNone;
}

}  // namespace

int fail(int number) {
  errno = number;
  return -1;
}

int fail(Error error) { return fail(shim::to_errno(error)); }

int call_socket(Session& s, int domain, int type, int protocol) {
  Call call(s);
  const Family family = family_of(domain);
  if (family == Family::kNone) return fail(EAFNOSUPPORT);
  SocketKind kind = SocketKind::kRaw;
  if ((type & kTypeMask) == SOCK_STREAM) kind = SocketKind::kTcp;
  if ((type & kTypeMask) == SOCK_DGRAM) {
    kind = protocol == IPPROTO_ICMP ? SocketKind::kPing : SocketKind::kUdp;
  }
  const auto id = api::open(s.stack(), s.now(), family, kind, static_cast<uint8_t>(protocol));
  if (!id.ok()) return fail(id.error());
  return s.descriptors().add_socket(*id, family, type);
}

int call_bind(Session& s, int fd, const sockaddr* address, socklen_t length) {
  Call call(s);
  SocketId id;
  if (!s.descriptors().find(fd, id)) return -1;
  Endpoint local;
  if (const int error = shim::endpoint_from(s.descriptors().family(fd), address, length, local))
    return fail(error);
  // The script says which addresses are the host's.
  if (!local.address.is_any()) s.host().add_local(local.address);
  return finish(api::bind(s.stack(), s.now(), id, local));
}

int call_listen(Session& s, int fd, int backlog) {
  Call call(s);
  SocketId id;
  if (!s.descriptors().find(fd, id)) return -1;
  return finish(api::listen(s.stack(), s.now(), id, static_cast<uint32_t>(std::max(backlog, 0))));
}

int call_accept(Session& s, int fd, sockaddr* address, socklen_t* length) {
  Call call(s);
  SocketId id;
  if (!s.descriptors().find(fd, id)) return -1;
  for (;;) {
    const auto accepted = api::accept(s.stack(), s.now(), id);
    if (accepted.ok()) {
      shim::endpoint_to(s.descriptors().family(fd), accepted->peer, address, length);
      const bool zerocopy = s.descriptors().notes(fd).zerocopy;
      const int connection =
          s.descriptors().add_socket(accepted->id, s.descriptors().family(fd), 0);
      if (connection >= 0) s.descriptors().notes(connection).zerocopy = zerocopy;
      return connection;
    }
    const bool must_wait =
        accepted.error() == Error::kWouldBlock && !s.descriptors().is_nonblocking(fd);
    if (!must_wait || !call.wait()) return fail(accepted.error());
  }
}

int call_connect(Session& s, int fd, const sockaddr* address, socklen_t length) {
  Call call(s);
  SocketId id;
  if (!s.descriptors().find(fd, id)) return -1;
  Endpoint peer;
  if (!shim::is_unspecified(address, length)) {
    if (const int error = shim::endpoint_from(s.descriptors().family(fd), address, length, peer))
      return fail(error);
  }
  const Status begun = api::connect(s.stack(), s.now(), id, peer);
  return finish_connect(s, call, id, begun, !s.descriptors().is_nonblocking(fd));
}

int finish_connect(Session& s, Call& call, SocketId id, Status begun, bool may_wait) {
  if (begun.error() != Error::kInProgress || !may_wait) return finish(begun);
  constexpr uint16_t kDecided = Readiness::kWritable | Readiness::kHangUp | Readiness::kError;
  while (!api::readiness(s.stack(), id).has(kDecided)) {
    if (!call.wait()) return fail(EINTR);
  }
  return finish(api::end_connect(s.stack(), s.now(), id));
}

int call_shutdown(Session& s, int fd, int how) {
  Call call(s);
  SocketId id;
  if (!s.descriptors().find(fd, id)) return -1;
  if (how < SHUT_RD || how > SHUT_RDWR) return fail(EINVAL);
  constexpr Shutdown kHow[] = {Shutdown::kReceive, Shutdown::kSend, Shutdown::kBoth};
  return finish(api::shutdown(s.stack(), s.now(), id, kHow[how]));
}

int call_close(Session& s, int fd) {
  Call call(s);
  SocketId id;
  if (s.descriptors().is_socket(fd) && s.descriptors().find(fd, id)) {
    api::close(s.stack(), s.now(), id).ignore();
  }
  return s.descriptors().close(fd);
}

}  // namespace tapstack::packetdrill
