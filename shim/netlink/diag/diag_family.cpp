#include "shim/netlink/diag/diag_family.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <cerrno>

#include "shim/netlink/diag/inet_requests.h"
#include "shim/netlink/diag/kernel_answer.h"

namespace tapstack::shim::netlink::diag {
namespace {

constexpr uint32_t kGroupsMax = SKNLGRP_INET6_UDP_DESTROY;

// Whose sockets a request is about: ours, or those that stay with the kernel.
bool is_about_inet(const Message& request) {
  if (request.header.nlmsg_type == TCPDIAG_GETSOCK) return true;
  const uint8_t family = request.fixed<sock_diag_req>().sdiag_family;
  return family == AF_INET || family == AF_INET6;
}

// sock_diag_rcv_msg, __sock_diag_cmd.
int serve(Call& call, const Message& request) {
  const uint16_t type = request.header.nlmsg_type;
  if (type != TCPDIAG_GETSOCK && type != SOCK_DIAG_BY_FAMILY && type != SOCK_DESTROY) return EINVAL;
  if (type != TCPDIAG_GETSOCK) {
    if (!request.has<sock_diag_req>()) return EINVAL;
    if (request.fixed<sock_diag_req>().sdiag_family >= AF_MAX) return EINVAL;
  }
  if (!is_about_inet(request)) return ask_kernel(call, request);
  return type == SOCK_DESTROY ? destroy_inet(call, request) : serve_inet(call, request);
}

int dump(Call& call, const Message& request, Cursor& at) {
  return is_about_inet(request) ? dump_inet(call, request, at)
                                : pass_kernel_answer(call, request, at);
}

}  // namespace

const Family kFamily = {NETLINK_SOCK_DIAG, kGroupsMax, serve, dump, nullptr};

}  // namespace tapstack::shim::netlink::diag
