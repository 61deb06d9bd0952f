#include "shim/hooks/linger.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>

#include "shim/common/option_table.h"
#include "shim/common/sys.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/result.h"

namespace tapstack::shim {
namespace {

constexpr int64_t kPauseMinUs = 50;
constexpr int64_t kPauseMaxUs = 5'000;

int64_t now_us() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000LL + now.tv_nsec / 1000;
}

void pause_us(int64_t us) {
  const timespec time{0, us * 1000};
  sys::call(SYS_nanosleep, sys::pointer(&time), 0);
}

// The FIN, and so everything before it, has not been acknowledged yet (tcp_close of Linux).
bool is_sending(SlotId id) {
  SlotStatus status;
  if (!ask::status(id, status)) return false;
  int64_t unsent = 0;
  if (ask::number(Op::kUnsent, id, unsent) && unsent > 0) return true;
  return status.tcp_state == TcpState::kFinWait1 || status.tcp_state == TcpState::kClosing ||
         status.tcp_state == TcpState::kLastAck;
}

}  // namespace

void linger_before_close(int fd, const Handle& handle) {
  if (!handle.is_stream || (descriptors::wanted(handle.id) & Wanted::kLinger) == 0) return;
  const KeepError keep;
  int64_t seconds = 0;
  if (ask::get_option(handle.id, Option::kLingerS, seconds) != 0 || seconds <= 0) return;
  int unread = 0;
  if (sys::ioctl(fd, FIONREAD, &unread) == 0 && unread > 0) return;  // closing resets
  Request request = ask::about(Op::kShutdown, handle.id);
  request.args[0] = SHUT_WR;
  Reply reply;
  if (ask::call(request, reply) != 0) return;
  const int64_t end = now_us() + seconds * 1'000'000;
  for (int64_t pause = kPauseMinUs; is_sending(handle.id) && now_us() < end;
       pause = std::min(pause * 2, kPauseMaxUs)) {
    pause_us(pause);
  }
}

}  // namespace tapstack::shim
