#include "shim/hooks/timestamping.h"

#include <linux/net_tstamp.h>

#include <cerrno>
#include <cstring>

#include "shim/common/option_table.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/option_value.h"

namespace tapstack::shim {
namespace {

// struct so_timestamping; the clock is for hardware.
struct Stamping {
  int flags = 0;
  int bind_phc = 0;
};

// Linux 6.18 knows the flags up to SOF_TIMESTAMPING_OPT_RX_FILTER and one more.
constexpr int kFlagsMask = (1 << 19) - 1;
constexpr int kOptIdTcp = 1 << 16;  // SOF_TIMESTAMPING_OPT_ID_TCP

// sock_set_timestamping.
int check(const Handle& handle, const Stamping& stamping) {
  const int flags = stamping.flags;
  if ((flags & ~kFlagsMask) != 0) return EINVAL;
  if ((flags & kOptIdTcp) != 0 && (flags & SOF_TIMESTAMPING_OPT_ID) == 0) return EINVAL;
  const bool is_first_id = (flags & SOF_TIMESTAMPING_OPT_ID) != 0;
  if (handle.is_stream && is_first_id) {
    SlotStatus status;
    const bool has_state = ask::status(handle.id, status) && status.is_connected;
    if (!has_state) return EINVAL;
  }
  if ((flags & SOF_TIMESTAMPING_OPT_STATS) != 0 && (flags & SOF_TIMESTAMPING_OPT_TSONLY) == 0) {
    return EINVAL;
  }
  return (flags & SOF_TIMESTAMPING_BIND_PHC) != 0 ? EOPNOTSUPP : 0;  // there is no clock to bind to
}

// The sends of a stream may be asked about one by one by control messages, then told apart by what
// SOF_TIMESTAMPING_OPT_ID counts.
uint32_t wanted_for(const Handle& handle, int flags, bool is_new) {
  if ((flags & SOF_TIMESTAMPING_SOFTWARE) == 0) return 0;
  uint32_t wanted = is_new ? Wanted::kNewStamping : 0;
  if ((flags & SOF_TIMESTAMPING_RX_SOFTWARE) != 0) wanted |= Wanted::kStamping;
  constexpr int kSends = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_SCHED;
  constexpr int kStreamSends = kSends | SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_OPT_ID;
  if ((flags & (handle.is_stream ? kStreamSends : kSends)) != 0) wanted |= Wanted::kSendStamps;
  return wanted;
}

}  // namespace

bool is_timestamping(int level, int name) {
  return level == SOL_SOCKET && (name == SO_TIMESTAMPING_OLD || name == SO_TIMESTAMPING_NEW);
}

int get_timestamping(const Handle& handle, void* value, socklen_t* length) {
  Stamping stamping;
  const int error = ask::kept(handle.id, Kept::kTimestamping, stamping.flags);
  return error != 0 ? error : option_value::put(value, length, &stamping, sizeof stamping);
}

int set_timestamping(const Handle& handle, int name, const void* value, socklen_t length) {
  Stamping stamping;
  const size_t bytes = length == sizeof stamping ? sizeof stamping : sizeof stamping.flags;
  std::memcpy(&stamping, value, bytes);
  if (const int error = check(handle, stamping); error != 0) return error;
  if (const int error = ask::keep(handle.id, Kept::kTimestamping, stamping.flags)) return error;
  constexpr uint32_t kOurs = Wanted::kStamping | Wanted::kSendStamps | Wanted::kNewStamping;
  const uint32_t rest = descriptors::wanted(handle.id) & ~kOurs;
  return descriptors::set_wanted(
      handle.id, rest | wanted_for(handle, stamping.flags, name == SO_TIMESTAMPING_NEW));
}

}  // namespace tapstack::shim
