#include "shim/engine/lease_file.h"

#include <sys/uio.h>

#include <cstring>
#include <ctime>

#include "shim/common/log.h"
#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

uint64_t wall_s() {
  timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<uint64_t>(t.tv_sec);
}

}  // namespace

LeaseFile::Records LeaseFile::read() const {
  Records records;
  const long fd =
      sys::call(SYS_openat, AT_FDCWD, sys::pointer(path_.c_str()), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (fd != -ENOENT) {
      log(LogLevel::kWarn, "TAPSTACK_STATE: cannot read %s: %s", path_.c_str(),
          std::strerror(static_cast<int>(-fd)));
    }
    return records;
  }
  // A file that is shorter, as older versions wrote it, leaves the rest zero.
  const iovec parts[] = {{records.of_ip4.data(), records.of_ip4.size()},
                         {records.of_ip6.data(), records.of_ip6.size()}};
  sys::readv(static_cast<int>(fd), parts, 2);
  sys::close(static_cast<int>(fd));
  return records;
}

void LeaseFile::write(const Records& records) const {
  const std::string draft = path_ + ".new";
  long result = sys::call(SYS_openat, AT_FDCWD, sys::pointer(draft.c_str()),
                          O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (result >= 0) {
    const int fd = static_cast<int>(result);
    const iovec parts[] = {{const_cast<uint8_t*>(records.of_ip4.data()), records.of_ip4.size()},
                           {const_cast<uint8_t*>(records.of_ip6.data()), records.of_ip6.size()}};
    result = sys::call(SYS_writev, fd, sys::pointer(parts), 2);
    sys::close(fd);
    if (result == static_cast<long>(records.of_ip4.size() + records.of_ip6.size())) {
      result = sys::call(SYS_renameat2, AT_FDCWD, sys::pointer(draft.c_str()), AT_FDCWD,
                         sys::pointer(path_.c_str()), 0);
    }
  }
  if (result < 0) {
    log(LogLevel::kWarn, "TAPSTACK_STATE: cannot write %s: %s", path_.c_str(),
        std::strerror(static_cast<int>(-result)));
  }
}

void LeaseFile::load(Instant now, app::Dhcp4& dhcp4, app::Dhcp6& dhcp6) const {
  if (path_.empty()) return;
  const Records records = read();
  const bool is_used4 = dhcp4.restore(now, wall_s(), records.of_ip4);
  const bool is_used6 = dhcp6.restore(now, wall_s(), records.of_ip6);
  log(LogLevel::kDebug, "TAPSTACK_STATE: of leases that are still valid for this MAC %s holds %s",
      path_.c_str(),
      is_used4 && is_used6 ? "one of each family"
      : is_used4           ? "one of IPv4"
      : is_used6           ? "one of IPv6"
                           : "none");
}

void LeaseFile::save(Instant now, const app::Dhcp4& dhcp4, const app::Dhcp6& dhcp6) const {
  if (path_.empty()) return;
  Records records = read();
  const bool has4 = dhcp4.save(now, wall_s(), records.of_ip4);
  const bool has6 = dhcp6.save(now, wall_s(), records.of_ip6);
  if (has4 || has6) write(records);
}

}  // namespace tapstack::shim
