#include "shim/client/trace.h"

#include <arpa/inet.h>
#include <sys/syscall.h>

#include <cstdio>
#include <cstring>
#include <iterator>

#include "shim/common/log.h"
#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

const char* name_of(Op op) {
  // In the order of Op.
  static constexpr const char* kNames[] = {
      "hello",
      "open",
      "bind",
      "listen",
      "connect",
      "accept",
      "shutdown",
      "close",
      "getsockname",
      "getpeername",
      "setsockopt",
      "getsockopt",
      "set icmp6 filter",
      "icmp6 filter",
      "set packet header",
      "packet header",
      "take error",
      "status",
      "tcp info",
      "queued error",
      "readable",
      "unsent",
      "not-sent",
      "urgent next",
      "join group",
      "leave group",
      "source",
      "interface",
      "name servers",
      "counters",
      "take hang-ups",
      "flush",
      "check send",
      "send notice",
      "send marked",
      "mark written",
      "zero copied",
      "keep",
      "kept",
      "set wanted",
      "drain",
  };
  static_assert(std::size(kNames) == static_cast<size_t>(Op::kDrain) + 1);
  const auto n = static_cast<size_t>(op);
  return n < std::size(kNames) ? kNames[n] : "?";
}

// " 10.10.10.1:80" or " [fd10::1]:80", or nothing when there is none.
void format_endpoint(const Endpoint& endpoint, char* text, size_t size) {
  text[0] = '\0';
  if (endpoint.address.family() == Family::kNone) return;
  const bool is_ip4 = endpoint.address.is_ip4();
  char address[INET6_ADDRSTRLEN] = "";
  inet_ntop(is_ip4 ? AF_INET : AF_INET6, endpoint.address.octets().data(), address, sizeof address);
  std::snprintf(text, size, is_ip4 ? " %s:%u" : " [%s]:%u", address, unsigned{endpoint.port.value});
}

}  // namespace

void trace_request(const Request& request, const Reply& reply) {
  if (!is_logged(LogLevel::kTrace)) return;
  const SlotId& slot = request.slot.is_null() ? reply.slot : request.slot;
  char socket[24] = "";
  if (!slot.is_null()) std::snprintf(socket, sizeof socket, " %u.%u", slot.slot, slot.generation);
  const bool is_answer = request.endpoint.address.family() == Family::kNone && reply.error == 0;
  char endpoint[INET6_ADDRSTRLEN + 16];
  format_endpoint(is_answer ? reply.endpoint : request.endpoint, endpoint, sizeof endpoint);
  char arguments[64] = "";
  if (request.args[0] != 0 || request.args[1] != 0) {
    std::snprintf(arguments, sizeof arguments, " (%lld, %lld)",
                  static_cast<long long>(request.args[0]), static_cast<long long>(request.args[1]));
  }
  const int pid = static_cast<int>(sys::call(SYS_getpid));
  const char* error = reply.error == 0 ? nullptr : strerrorname_np(reply.error);
  if (error != nullptr) {
    log(LogLevel::kTrace, "[%d] %s%s%s%s = %s", pid, name_of(request.op), socket, endpoint,
        arguments, error);
  } else {
    log(LogLevel::kTrace, "[%d] %s%s%s%s = %lld", pid, name_of(request.op), socket, endpoint,
        arguments, static_cast<long long>(reply.error == 0 ? reply.value : reply.error));
  }
}

}  // namespace tapstack::shim
