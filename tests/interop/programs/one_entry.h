// A message to send, with one control entry beside its bytes (cmsg(3)).
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstring>

template <class T>
class OneEntry {
 public:
  OneEntry(const void* bytes, size_t length, int level, int type, const T& value)
      : part_{const_cast<void*>(bytes), length} {
    message_.msg_iov = &part_;
    message_.msg_iovlen = 1;
    message_.msg_control = control_;
    message_.msg_controllen = sizeof control_;
    cmsghdr* entry = CMSG_FIRSTHDR(&message_);
    entry->cmsg_level = level;
    entry->cmsg_type = type;
    entry->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(entry), &value, sizeof value);
  }
  OneEntry(const OneEntry&) = delete;
  OneEntry& operator=(const OneEntry&) = delete;

  // As sendmsg(2).
  ssize_t send_to(int fd, int flags) const { return sendmsg(fd, &message_, flags); }

 private:
  iovec part_;
  alignas(cmsghdr) char control_[CMSG_SPACE(sizeof(T))] = {};
  msghdr message_{};
};
