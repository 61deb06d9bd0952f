#include "shim/hooks/marked_send.h"

#include <alloca.h>
#include <linux/net_tstamp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/option_table.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"

namespace tapstack::shim {
namespace {

size_t total_bytes(const Text& text) {
  size_t bytes = 0;
  for (size_t i = 0; i < text.count; ++i) bytes += text.parts[i].iov_len;
  return bytes;
}

// Calls `take(base, bytes)` for the pieces of [from, to) of the text.
template <class Take>
void for_pieces(const Text& text, size_t from, size_t to, Take take) {
  size_t begin = 0;
  for (size_t i = 0; i < text.count; ++i) {
    const size_t end = begin + text.parts[i].iov_len;
    const size_t first = std::max(begin, from), last = std::min(end, to);
    if (first < last) {
      take(static_cast<uint8_t*>(text.parts[i].iov_base) + (first - begin), last - first);
    }
    begin = end;
  }
}

ssize_t send_natively(int fd, const Text& text, size_t from, size_t to, int flags) {
  auto* parts = static_cast<iovec*>(alloca((text.count + 1) * sizeof(iovec)));
  msghdr native{};
  native.msg_iov = parts;
  for_pieces(text, from, to, [&](uint8_t* base, size_t bytes) {
    parts[native.msg_iovlen++] = {base, bytes};
  });
  return real::sendmsg(fd, &native, flags);
}

Request request_for(Op op, const Handle& handle, const Text& text, int flags) {
  Request request = ask::about(op, handle.id);
  request.args[0] = (flags & MSG_EOR) != 0 ? 1 : 0;
  request.args[1] = text.stamping;
  return request;
}

// Past the pair. False: that cannot be now, and nothing was sent.
bool send_by_request(const Handle& handle, const Text& text, size_t from, size_t to, int flags) {
  Request request = request_for(Op::kSendMarked, handle, text, flags);
  size_t used = 0;
  bool is_memory = true;
  for_pieces(text, from, to, [&](const uint8_t* base, size_t bytes) {
    is_memory = is_memory && usable(base) != nullptr;
    if (is_memory) std::memcpy(request.payload + used, base, bytes);
    used += bytes;
  });
  request.payload_bytes = static_cast<uint16_t>(used);
  Reply reply;
  return is_memory && used > 0 && ask::call(request, reply) == 0;
}

ssize_t send_with_mark(int fd, const Handle& handle, const Text& text, int flags,
                       int native_flags) {
  const size_t total = total_bytes(text);
  const size_t front = total - std::min(total, kPayloadBytes);
  size_t done = 0;
  if (front > 0) {
    const ssize_t sent = send_natively(fd, text, 0, front, native_flags);
    if (sent < 0) return sent;
    done = static_cast<size_t>(sent);
  }
  const bool is_front_done = done == front;
  if (is_front_done && send_by_request(handle, text, front, total, flags)) {
    return static_cast<ssize_t>(total);
  }
  if (is_front_done) {
    const ssize_t sent = send_natively(fd, text, front, total, native_flags);
    if (sent < 0 && done == 0) return sent;
    done += static_cast<size_t>(std::max<ssize_t>(sent, 0));
  }
  // What was cut short ends no record (tcp_sendmsg_locked).
  const int mark_flags = done == total ? flags : flags & ~MSG_EOR;
  Reply reply;
  ask::call(request_for(Op::kMarkWritten, handle, text, mark_flags), reply);
  return static_cast<ssize_t>(done);
}

}  // namespace

int64_t stamping_of(const msghdr& message) {
  constexpr uint32_t kRecords = SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE |
                                SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_TX_HARDWARE;
  if (usable(message.msg_control) == nullptr) return -1;
  auto* walk = const_cast<msghdr*>(&message);
  for (cmsghdr* entry = CMSG_FIRSTHDR(walk); entry != nullptr; entry = CMSG_NXTHDR(walk, entry)) {
    if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SO_TIMESTAMPING_OLD) continue;
    uint32_t flags = 0;
    if (entry->cmsg_len != CMSG_LEN(sizeof flags)) continue;
    std::memcpy(&flags, CMSG_DATA(entry), sizeof flags);
    return flags & kRecords;
  }
  return -1;
}

ssize_t send_marked(int fd, const Handle& handle, const Text& text, int flags, int native_flags) {
  const size_t total = total_bytes(text);
  const bool stamps = (descriptors::wanted(handle.id) & Wanted::kSendStamps) != 0;
  const bool has_mark = total > 0 && (stamps || (flags & MSG_EOR) != 0);
  const ssize_t sent = has_mark ? send_with_mark(fd, handle, text, flags, native_flags)
                                : send_natively(fd, text, 0, total, native_flags);
  if (sent > 0 && (flags & MSG_ZEROCOPY) != 0) ask::zero_copied(handle.id);
  return sent;
}

}  // namespace tapstack::shim
