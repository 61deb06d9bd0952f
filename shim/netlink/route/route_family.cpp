#include "shim/netlink/route/route_family.h"

#include <linux/rtnetlink.h>

#include <cerrno>

#include "shim/netlink/route/operations.h"
#include "shim/netlink/state.h"

namespace tapstack::shim::netlink::route {
namespace {

// Types come in fours: new, delete, get, set (rtnetlink_rcv_msg).
constexpr uint16_t kKindMask = 3, kKindGet = 2;

bool is_get(const Message& request) { return (request.header.nlmsg_type & kKindMask) == kKindGet; }

const Operation* operation_of(const Message& request) {
  return find_operation(request.header.nlmsg_type, request.fixed<rtgenmsg>().rtgen_family);
}

int serve(Call& call, const Message& request) {
  if (request.header.nlmsg_type > RTM_MAX) return EOPNOTSUPP;
  if (!request.has<rtgenmsg>()) return 0;
  if (!is_get(request) && !call.is_admin) return EPERM;
  const Operation* operation = operation_of(request);
  if (is_get(request) && request.is_dump()) {
    return operation != nullptr && operation->dump != nullptr ? kDump : EOPNOTSUPP;
  }
  if (operation == nullptr || operation->serve == nullptr) return EOPNOTSUPP;
  return operation->serve(call, request);
}

int dump(Call& call, const Message& request, Cursor& at) {
  return operation_of(request)->dump(call, request, at);
}

void on_membership(Works& works, uint32_t) { works.netlink.monitor().on_membership(works); }

}  // namespace

const Family kFamily = {NETLINK_ROUTE, RTNLGRP_MAX, serve, dump, on_membership};

}  // namespace tapstack::shim::netlink::route
