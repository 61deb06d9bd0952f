#include "shim/netlink/delivery.h"

#include <sys/socket.h>

#include <iterator>

#include "shim/common/sys.h"
#include "shim/engine/handle_pair.h"
#include "shim/netlink/state.h"

namespace tapstack::shim::netlink {
namespace {

bool send_parts(const Slot& slot, const DatagramHeader& header, ConstBytes messages) {
  iovec parts[] = {{const_cast<DatagramHeader*>(&header), sizeof header},
                   {const_cast<uint8_t*>(messages.data()), messages.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  return sys::sendmsg(slot.end, &message, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

template <class Visit>
void each_member(Works& works, int protocol, uint32_t group, Visit visit) {
  size_t n = Slots::kFirstOwn;
  while (Slot* slot = works.slots.next(n)) {
    Socket& socket = works.netlink.of(*slot);
    if (slot->is_closing || socket.protocol != protocol || !socket.is_member(group)) continue;
    if (!visit(*slot, socket)) return;
  }
}

}  // namespace

bool deliver(Slot& slot, const Socket& socket, ConstBytes messages, uint32_t group) {
  if (!has_room(slot, socket)) return false;
  DatagramHeader header;
  header.netlink_group = group;
  return send_parts(slot, header, messages);
}

bool has_room(const Slot& slot, const Socket& socket) {
  return outstanding_bytes(slot.end) < socket.receive_buffer;
}

void overrun(Works& works, Slot& slot, Socket& socket) {
  const bool is_first = !socket.is_congested;
  socket.is_congested = true;
  if (!is_first || socket.ignores_overruns) return;
  slot.pending = Error::kNoBuffers;
  show_error(works, slot);
}

void show_error(Works& works, Slot& slot) {
  if (slot.pending != Error::kNone && !slot.wake_sent) {
    DatagramHeader header;
    header.flags = DatagramHeader::kWakeOnly;
    slot.wake_sent = send_parts(slot, header, {});
  }
  works.watch.want_room(slot, slot.pending != Error::kNone && !slot.wake_sent);
}

void multicast(Works& works, int protocol, uint32_t group, ConstBytes messages) {
  each_member(works, protocol, group, [&](Slot& slot, Socket& socket) {
    // What was lost is followed by nothing that came later (netlink_broadcast_deliver).
    if (socket.is_congested && outstanding_bytes(slot.end) == 0) socket.is_congested = false;
    const bool is_there = !socket.is_congested && deliver(slot, socket, messages, group);
    if (!is_there) overrun(works, slot, socket);
    return true;
  });
}

bool has_members(Works& works, int protocol, uint32_t group) {
  bool found = false;
  each_member(works, protocol, group, [&](Slot&, Socket&) {
    found = true;
    return false;
  });
  return found;
}

}  // namespace tapstack::shim::netlink
