#include "shim/netlink/diag/diag_family.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <cerrno>

#include "shim/netlink/diag/inet_requests.h"
#include "shim/netlink/diag/kernel_answer.h"
#include "shim/netlink/diag/netlink_requests.h"
#include "shim/netlink/diag/packet_requests.h"

namespace tapstack::shim::netlink::diag {
namespace {

constexpr uint32_t kGroupsMax = SKNLGRP_INET6_UDP_DESTROY;

// Whose sockets a request is about.
uint8_t family_in(const Message& request) {
  if (request.header.nlmsg_type == TCPDIAG_GETSOCK) return AF_INET;
  return request.fixed<sock_diag_req>().sdiag_family;
}

// sock_diag_rcv_msg, __sock_diag_cmd.
int serve(Call& call, const Message& request) {
  const uint16_t type = request.header.nlmsg_type;
  if (type != TCPDIAG_GETSOCK && type != SOCK_DIAG_BY_FAMILY && type != SOCK_DESTROY) return EINVAL;
  if (type != TCPDIAG_GETSOCK) {
    if (!request.has<sock_diag_req>()) return EINVAL;
    if (request.fixed<sock_diag_req>().sdiag_family >= AF_MAX) return EINVAL;
  }
  const bool destroys = type == SOCK_DESTROY;
  switch (family_in(request)) {
    case AF_INET:
    case AF_INET6:
      return destroys ? destroy_inet(call, request) : serve_inet(call, request);
    case AF_PACKET:
      return destroys ? EOPNOTSUPP : serve_packet(request);
    case AF_NETLINK:
      return destroys ? EOPNOTSUPP : serve_netlink(request);
    default:  // those that stay with the kernel
      return ask_kernel(call, request);
  }
}

int dump(Call& call, const Message& request, Cursor& at) {
  switch (family_in(request)) {
    case AF_INET:
    case AF_INET6:
      return dump_inet(call, request, at);
    case AF_PACKET:
      return dump_packet(call, request, at);
    case AF_NETLINK:
      return dump_netlink(call, request, at);
    default:
      return pass_kernel_answer(call, request, at);
  }
}

}  // namespace

const Family kFamily = {NETLINK_SOCK_DIAG, kGroupsMax, serve, dump, nullptr};

}  // namespace tapstack::shim::netlink::diag
