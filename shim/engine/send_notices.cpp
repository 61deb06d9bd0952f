#include "shim/engine/send_notices.h"

#include <sys/ioctl.h>
#include <time.h>  // linux/errqueue.h needs it

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

#include <algorithm>
#include <cerrno>

#include "shim/common/sys.h"
#include "shim/engine/clock.h"
#include "shim/engine/requests.h"

namespace tapstack::shim {
namespace {

constexpr int32_t kCountFromEnd = 1 << 16;  // SOF_TIMESTAMPING_OPT_ID_TCP

struct StampRow {
  int64_t wanted;
  uint8_t report;
  uint32_t told;
};
constexpr StampRow kStamps[] = {
    {SOF_TIMESTAMPING_TX_SCHED, SendReport::kScheduled, SCM_TSTAMP_SCHED},
    {SOF_TIMESTAMPING_TX_SOFTWARE, SendReport::kSent, SCM_TSTAMP_SND},
    {SOF_TIMESTAMPING_TX_ACK, SendReport::kAcked, SCM_TSTAMP_ACK},
};

uint32_t told_as(uint8_t report) {
  for (const StampRow& row : kStamps) {
    if (row.report == report) return row.told;
  }
  return 0;
}

bool take_stream_stamp(Works& works, const Slot& slot, SendNotice& notice) {
  const Result<SendReport> report = api::take_send_report(works.stack, slot.id);
  if (!report.ok()) return false;
  notice.info = told_as(report->what);
  notice.data = report->position - slot.first_octet;
  notice.realtime_ns = realtime_of(report->at);
  return true;
}

bool take_stamp(Works& works, Slot& slot, SendNotice& notice) {
  if (slot.is_stream()) return take_stream_stamp(works, slot, notice);
  SendStamp stamp;
  if (!slot.stamps.pop(stamp)) return false;
  notice.info = SCM_TSTAMP_SND;
  notice.data = stamp.key;
  notice.realtime_ns = stamp.realtime_ns;
  return true;
}

}  // namespace

uint8_t reports_of(int64_t stamping) {
  unsigned reports = 0;
  for (const StampRow& row : kStamps) {
    if ((stamping & row.wanted) != 0) reports |= row.report;
  }
  return static_cast<uint8_t>(reports);
}

void begin_counting(Works& works, Slot& slot, int32_t stamping) {
  const int32_t before = slot.kept_of(Kept::kTimestamping);
  if ((stamping & ~before & SOF_TIMESTAMPING_OPT_ID) == 0) return;
  const Result<TcpInfo> info = api::tcp_info(works.stack, works.now, slot.id);
  if (!info.ok()) return;
  slot.first_octet = static_cast<uint32_t>(info->bytes_acked);
  if ((stamping & kCountFromEnd) == 0) return;
  int in_pair = 0;
  sys::ioctl(slot.end, FIONREAD, &in_pair);
  slot.first_octet += info->send_queue_bytes + static_cast<uint32_t>(in_pair);
}

bool has_notice(const Works& works, const Slot& slot) {
  if (!slot.zero_copies.is_empty()) return true;
  // The pump has taken the stream's own errors out of the core: what is left is a report.
  return slot.is_stream() ? api::readiness(works.stack, slot.id).has(Readiness::kError)
                          : !slot.stamps.is_empty();
}

int report_send_notice(Works& works, Slot& slot, Reply& reply) {
  SendNotice notice;
  if (take_stamp(works, slot, notice)) {
    notice.is_stamp = true;
    const bool has_id = (slot.kept_of(Kept::kTimestamping) & SOF_TIMESTAMPING_OPT_ID) != 0;
    if (!has_id) notice.data = 0;
  } else if (!slot.zero_copies.take(notice.info, notice.data)) {
    return EAGAIN;
  }
  slot.wake_sent = slot.wake_used = false;
  works.slots.enqueue(slot);
  return answer(reply, notice);
}

int count_zero_copy(Works& works, Slot& slot) {
  slot.zero_copies.add();
  if (slot.wake_used) slot.wake_sent = slot.wake_used = false;
  works.slots.enqueue(slot);
  return 0;
}

}  // namespace tapstack::shim
