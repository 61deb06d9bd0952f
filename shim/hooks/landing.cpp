#include "shim/hooks/landing.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "shim/common/sys.h"

namespace tapstack::shim {

Landing::Landing(bool is_wanted) {
  if (!is_wanted) return;
  const long area =
      sys::call(SYS_mmap, 0, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  if (area > 0) area_ = reinterpret_cast<uint8_t*>(area);
}

Landing::~Landing() {
  if (is_used()) sys::call(SYS_munmap, sys::pointer(area_), kBytes);
}

std::span<const uint8_t> Landing::options(const DatagramHeader& header, size_t bytes) const {
  if (!is_used()) return {};
  return {area_, std::min<size_t>(header.option_bytes, bytes)};
}

ssize_t Landing::spread(const DatagramHeader& header, size_t bytes, int flags,
                        msghdr& message) const {
  const size_t begin = options(header, bytes).size();
  std::span<const uint8_t> rest(area_ + begin, bytes - begin);
  size_t done = 0;
  for (size_t i = 0; i < message.msg_iovlen && !rest.empty(); ++i) {
    const size_t n = std::min(message.msg_iov[i].iov_len, rest.size());
    if (n > 0) std::memcpy(message.msg_iov[i].iov_base, rest.data(), n);
    rest = rest.subspan(n);
    done += n;
  }
  if (!rest.empty()) message.msg_flags |= MSG_TRUNC;
  return static_cast<ssize_t>((flags & MSG_TRUNC) != 0 ? bytes - begin : done);
}

}  // namespace tapstack::shim
