#include "shim/netlink/diag/kernel_answer.h"

#include <linux/unix_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/engine/handle_pair.h"

namespace tapstack::shim::netlink::diag {
namespace {

// More than the kernel puts into one datagram of a dump.
using Buffer = std::array<uint8_t, 65'536>;

// The kernel's socket lies where a connecting stream has the copy of its handle: it moves and
// closes with the slot.
int& kernel_socket(Call& call) { return call.slot.handle; }

void close_kernel_socket(Call& call) {
  private_fds::close(kernel_socket(call));
  kernel_socket(call) = -1;
}

int open_kernel_socket(Call& call) {
  if (kernel_socket(call) >= 0) close_kernel_socket(call);  // what is left of another answer
  const auto fd = static_cast<int>(sys::call(
      SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
  if (fd < 0) return -fd;
  const int high = private_fds::move_high(fd);
  if (high < 0) sys::close(fd);
  if (high < 0) return -high;
  kernel_socket(call) = high;
  return 0;
}

// Sends the request, with no acknowledgement wanted: that is the plumbing's.
int put(Call& call, const Message& request) {
  nlmsghdr head = request.header;
  head.nlmsg_flags &= static_cast<uint16_t>(~NLM_F_ACK);
  head.nlmsg_pid = 0;
  iovec parts[] = {{&head, sizeof head},
                   {const_cast<uint8_t*>(request.body.data()), request.body.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  const long sent = sys::sendmsg(kernel_socket(call), &message, MSG_DONTWAIT);
  return sent < 0 ? static_cast<int>(-sent) : 0;
}

// What NLMSG_ERROR and NLMSG_DONE say.
int error_in(const Message& message) { return -message.fixed<int32_t>(); }

// The pairs behind the stack's own sockets are AF_UNIX for the kernel only.
std::vector<uint64_t> pair_inodes(Works& works) {
  std::vector<uint64_t> all;
  size_t n = 0;
  while (const Slot* slot = works.slots.next(n)) {
    all.push_back(slot->inode);
    all.push_back(inode_of(slot->end));
  }
  std::ranges::sort(all);
  return all;
}

bool is_pair(const Message& message, const std::vector<uint64_t>& pairs) {
  const auto head = message.fixed<unix_diag_msg>();
  return head.udiag_family == AF_UNIX && std::ranges::binary_search(pairs, head.udiag_ino);
}

// Passes one message on with our own address. False: no room.
bool pass(Call& call, const Message& message) {
  call.out.begin(message.header.nlmsg_type,
                 static_cast<uint16_t>(message.header.nlmsg_flags & ~NLM_F_MULTI));
  call.out.padded(message.body);
  return call.out.end();
}

}  // namespace

int ask_kernel(Call& call, const Message& request) {
  int error = open_kernel_socket(call);
  if (error == 0) error = put(call, request);
  if (error == 0 && request.is_dump()) return kDump;
  if (error != 0) return error;
  Buffer buffer;
  const long got = sys::receive(kernel_socket(call), buffer.data(), buffer.size(), MSG_DONTWAIT);
  close_kernel_socket(call);
  if (got < 0) return got == -EAGAIN ? 0 : static_cast<int>(-got);
  ConstBytes rest = ConstBytes(buffer).first(static_cast<size_t>(got));
  while (const std::optional<Message> message = take_message(rest)) {
    if (message->header.nlmsg_type == NLMSG_ERROR) return error_in(*message);
    if (!pass(call, *message)) return ENOBUFS;
  }
  return 0;
}

// The kernel makes an answer as it is read, so nothing is ever waited for. `at[0]`: messages of the
// oldest datagram that were passed on; it stays in the kernel's queue until all were.
int pass_kernel_answer(Call& call, const Message&, Cursor& at) {
  Buffer buffer;
  const std::vector<uint64_t> pairs = pair_inodes(call.works);
  while (true) {
    const long got =
        sys::receive(kernel_socket(call), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_PEEK);
    if (got <= 0) return got == 0 ? 0 : static_cast<int>(-got);
    ConstBytes rest = ConstBytes(buffer).first(static_cast<size_t>(got));
    uint64_t n = 0;
    while (const std::optional<Message> message = take_message(rest)) {
      const uint16_t type = message->header.nlmsg_type;
      if (type == NLMSG_DONE || type == NLMSG_ERROR) {
        const int error = error_in(*message);
        close_kernel_socket(call);
        return error;
      }
      if (n++ < at[0]) continue;
      if (!is_pair(*message, pairs) && !pass(call, *message))
        return call.out.is_empty() ? EMSGSIZE : kMore;
      at[0] = n;
    }
    sys::receive(kernel_socket(call), buffer.data(), 1, MSG_DONTWAIT);
    at[0] = 0;
  }
}

}  // namespace tapstack::shim::netlink::diag
