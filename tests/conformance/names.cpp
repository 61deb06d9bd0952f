#include "tests/conformance/names.h"

#include "tests/conformance/text.h"

namespace tapstack::conformance {
namespace {

template <class T>
struct Named {
  const char* name;
  T value;
};

constexpr Named<Error> kErrors[] = {
    {"EAGAIN", Error::kWouldBlock},
    {"EINPROGRESS", Error::kInProgress},
    {"EALREADY", Error::kAlready},
    {"EISCONN", Error::kIsConnected},
    {"ENOTCONN", Error::kNotConnected},
    {"ECONNREFUSED", Error::kConnectionRefused},
    {"ECONNRESET", Error::kConnectionReset},
    {"ECONNABORTED", Error::kConnectionAborted},
    {"ETIMEDOUT", Error::kTimedOut},
    {"EHOSTUNREACH", Error::kHostUnreachable},
    {"ENETUNREACH", Error::kNetworkUnreachable},
    {"ENETDOWN", Error::kNetworkDown},
    {"EHOSTDOWN", Error::kHostDown},
    {"EADDRINUSE", Error::kAddressInUse},
    {"EADDRNOTAVAIL", Error::kAddressNotAvailable},
    {"EINVAL", Error::kInvalid},
    {"ENOBUFS", Error::kNoBuffers},
    {"ENOMEM", Error::kNoMemory},
    {"ENFILE", Error::kTooManySockets},
    {"EMSGSIZE", Error::kMessageTooLong},
    {"EPIPE", Error::kBrokenPipe},
    {"EOPNOTSUPP", Error::kNotSupported},
    {"EPROTONOSUPPORT", Error::kProtocolNotSupported},
    {"ESOCKTNOSUPPORT", Error::kSocketTypeNotSupported},
    {"EAFNOSUPPORT", Error::kAddressFamilyNotSupported},
    {"ENOPROTOOPT", Error::kNoProtocolOption},
    {"EPROTO", Error::kProtocol},
    {"EBADF", Error::kBadHandle},
    {"EACCES", Error::kAccess},
    {"EPERM", Error::kPermission},
    {"EDESTADDRREQ", Error::kDestinationRequired},
    {"ENODEV", Error::kNoDevice},
    {"ENXIO", Error::kNoSuchDevice},
    {"ENOENT", Error::kNoEntry},
};

constexpr Named<Option> kOptions[] = {
    {"SO_REUSEADDR", Option::kReuseAddress},
    {"SO_REUSEPORT", Option::kReusePort},
    {"SO_BROADCAST", Option::kBroadcast},
    {"SO_KEEPALIVE", Option::kKeepAlive},
    {"TCP_KEEPIDLE", Option::kKeepAliveIdleS},
    {"TCP_KEEPINTVL", Option::kKeepAliveIntervalS},
    {"TCP_KEEPCNT", Option::kKeepAliveProbes},
    {"SO_LINGER", Option::kLingerS},
    {"SO_RCVBUF", Option::kReceiveBuffer},
    {"SO_SNDBUF", Option::kSendBuffer},
    {"TCP_NODELAY", Option::kNoDelay},
    {"TCP_CORK", Option::kCork},
    {"TCP_QUICKACK", Option::kQuickAck},
    {"TCP_MAXSEG", Option::kMaxSegment},
    {"TCP_USER_TIMEOUT", Option::kUserTimeoutMs},
    {"TCP_SYNCNT", Option::kSynRetries},
    {"TCP_FASTOPEN", Option::kFastOpenQueue},
    {"TCP_FASTOPEN_CONNECT", Option::kFastOpenConnect},
    {"TCP_FASTOPEN_NO_COOKIE", Option::kFastOpenNoCookie},
    {"TCP_DEFER_ACCEPT", Option::kDeferAcceptS},
    {"TCP_LINGER2", Option::kLinger2S},
    {"TCP_NOTSENT_LOWAT", Option::kNotSentLowWater},
    {"TCP_WINDOW_CLAMP", Option::kWindowClamp},
    {"IP_TTL", Option::kTtl},
    {"IP_TOS", Option::kTos},
    {"IP_MTU_DISCOVER", Option::kMtuDiscover},
    {"IP_MTU", Option::kMtu},
    {"IP_RECVERR", Option::kReceiveErrors},
    {"IP_HDRINCL", Option::kHeaderIncluded},
    {"SO_OOBINLINE", Option::kOobInline},
    {"SO_NO_CHECK", Option::kNoChecksum},
    {"UDP_NO_CHECK6_TX", Option::kIp6NoChecksumSent},
    {"UDP_NO_CHECK6_RX", Option::kIp6NoChecksumTaken},
};

constexpr Named<uint16_t> kReadiness[] = {
    {"POLLIN", Readiness::kReadable},      {"POLLOUT", Readiness::kWritable},
    {"POLLRDHUP", Readiness::kPeerClosed}, {"POLLHUP", Readiness::kHangUp},
    {"POLLERR", Readiness::kError},        {"POLLPRI", Readiness::kUrgent},
};

constexpr Named<uint8_t> kStates[] = {
    {"TCP_ESTABLISHED", 1}, {"TCP_SYN_SENT", 2},  {"TCP_SYN_RECV", 3}, {"TCP_FIN_WAIT1", 4},
    {"TCP_FIN_WAIT2", 5},   {"TCP_TIME_WAIT", 6}, {"TCP_CLOSE", 7},    {"TCP_CLOSE_WAIT", 8},
    {"TCP_LAST_ACK", 9},    {"TCP_LISTEN", 10},   {"TCP_CLOSING", 11},
};

template <class T, size_t N>
T find(const Named<T> (&table)[N], std::string_view name, const char* what) {
  for (const auto& entry : table) {
    if (entry.name == name) return entry.value;
  }
  throw SyntaxError("unknown " + std::string(what) + " '" + std::string(name) + "'");
}

}  // namespace

std::string error_name(Error error) {
  for (const auto& entry : kErrors) {
    if (entry.value == error) return entry.name;
  }
  return "error " + std::to_string(static_cast<int>(error));
}

Error error_of(std::string_view name) { return find(kErrors, name, "error"); }
Option option_of(std::string_view name) { return find(kOptions, name, "socket option"); }
uint8_t state_of(std::string_view name) { return find(kStates, name, "TCP state"); }

std::string readiness_name(Readiness readiness) {
  std::string text;
  for (const auto& entry : kReadiness) {
    if (readiness.has(entry.value)) text += (text.empty() ? "" : "|") + std::string(entry.name);
  }
  return text.empty() ? "0" : text;
}

}  // namespace tapstack::conformance
