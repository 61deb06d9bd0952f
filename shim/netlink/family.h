// What a protocol of netlink is: who answers its requests. A new one is a function for requests,
// one for dumps, and a row in families.cpp.
#pragma once

#include <cstdint>

#include "shim/engine/works.h"
#include "shim/netlink/message.h"
#include "shim/netlink/socket.h"
#include "shim/netlink/writer.h"

namespace tapstack::shim::netlink {

// What an answer says beside its errno to those that want it (NETLINK_EXT_ACK).
struct ExtendedAck {
  const char* text = nullptr;  // a string literal
  ConstBytes attribute;        // what is wrong, a part of the request; empty: nothing of it

  // `error`, so that a refusal is one line.
  int refuse(int error, const char* why) {
    text = why;
    return error;
  }
};

// One request that is served.
struct Call {
  Works& works;
  Slot& slot;
  Socket& socket;
  bool is_admin;  // the sender has CAP_NET_ADMIN
  Writer& out;    // messages here go to the program before the acknowledgement
  ExtendedAck ack;
};

// What a request comes to: an errno, 0, or that a dump begins.
inline constexpr int kDump = -1;
// What a piece of a dump comes to: an errno (which goes into NLMSG_DONE), 0: that was all, or that
// there is more.
inline constexpr int kMore = -1;
// Likewise: there is more, but it has looked at so much that others shall have their turn first.
inline constexpr int kPause = -2;

struct Family {
  int protocol;         // NETLINK_*
  uint32_t groups_max;  // multicast groups are [1, groups_max]
  // Serves one request (NLM_F_REQUEST is set, the type is no control message).
  int (*serve)(Call& call, const Message& request);
  // Writes as much of a dump into call.out as fits and moves `at`, which is zero at first. It must
  // find its way if what it stopped at has gone meanwhile. Null: there are none.
  int (*dump)(Call& call, const Message& request, Cursor& at);
  // A program has left or joined `group`. Null: it does not matter.
  void (*on_membership)(Works& works, uint32_t group);
};

// Null: the stack has no such protocol.
const Family* find_family(int64_t protocol);

}  // namespace tapstack::shim::netlink
