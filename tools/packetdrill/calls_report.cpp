// What Linux tells about text sent: SO_TIMESTAMPING and MSG_ZEROCOPY, read with MSG_ERRQUEUE.
#include <time.h>  // which linux/errqueue.h counts on

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>

#include "tools/packetdrill/calls.h"

namespace tapstack::packetdrill {
namespace {

constexpr int64_t kUsPerSecond = 1'000'000;

struct StampRow {
  uint32_t wanted;  // SOF_TIMESTAMPING_TX_*
  uint8_t report;
  uint32_t told;  // SCM_TSTAMP_*
};
constexpr StampRow kStamps[] = {
    {SOF_TIMESTAMPING_TX_SCHED, SendReport::kScheduled, SCM_TSTAMP_SCHED},
    {SOF_TIMESTAMPING_TX_SOFTWARE, SendReport::kSent, SCM_TSTAMP_SND},
    {SOF_TIMESTAMPING_TX_ACK, SendReport::kAcked, SCM_TSTAMP_ACK},
};
// Newer than some headers: SOF_TIMESTAMPING_OPT_ID_TCP, the last that there is.
constexpr uint32_t kCountFromEnd = 1u << 16;
constexpr uint32_t kKnownFlags = (kCountFromEnd << 1) - 1;

// What the error queue's control message holds: behind it the address of whoever sent the error,
// which is nobody here; of IPv4's or IPv6's size.
struct ErrorControl {
  sock_extended_err error{};
  sockaddr_in6 offender{};
};

void put_error(Family family, msghdr& message, size_t& used, const ErrorControl& control) {
  const bool is_ip6 = family == Family::kIp6;
  const size_t address_bytes = is_ip6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  put_control(message, used, is_ip6 ? SOL_IPV6 : SOL_IP, is_ip6 ? IPV6_RECVERR : IP_RECVERR,
              {reinterpret_cast<const uint8_t*>(&control), sizeof control.error + address_bytes});
}

void put_stamp(Family family, const SocketNotes& notes, const SendReport& report, msghdr& message) {
  size_t used = 0;
  scm_timestamping stamps{};
  if ((notes.timestamping & SOF_TIMESTAMPING_SOFTWARE) != 0) {
    stamps.ts[0].tv_sec = report.at.us() / kUsPerSecond;
    stamps.ts[0].tv_nsec = report.at.us() % kUsPerSecond * 1000;
  }
  put_control(message, used, SOL_SOCKET, SO_TIMESTAMPING,
              {reinterpret_cast<const uint8_t*>(&stamps), sizeof stamps});
  ErrorControl control;
  control.error.ee_errno = ENOMSG;
  control.error.ee_origin = SO_EE_ORIGIN_TIMESTAMPING;
  for (const StampRow& row : kStamps) {
    if (row.report == report.what) control.error.ee_info = row.told;
  }
  const bool has_id = (notes.timestamping & SOF_TIMESTAMPING_OPT_ID) != 0;
  control.error.ee_data = has_id ? report.position - notes.first_position : 0;
  put_error(family, message, used, control);
  message.msg_controllen = used;
  // Without OPT_TSONLY the packet comes along, of which nobody has read anything.
  const bool has_packet = (notes.timestamping & SOF_TIMESTAMPING_OPT_TSONLY) == 0;
  message.msg_flags |= has_packet ? MSG_TRUNC : 0;
}

// Several sends that are done are told at once, as Linux does, unless time stamps may lie between.
void put_released(Session& s, int fd, SocketId id, msghdr& message) {
  SocketNotes& notes = s.descriptors().notes(fd);
  ErrorControl control;
  control.error.ee_origin = SO_EE_ORIGIN_ZEROCOPY;
  control.error.ee_code = SO_EE_CODE_ZEROCOPY_COPIED;
  control.error.ee_info = notes.zerocopy_done++;
  while (notes.timestamping == 0 && api::take_send_report(s.stack(), id).ok()) {
    ++notes.zerocopy_done;
  }
  control.error.ee_data = notes.zerocopy_done - 1;
  size_t used = 0;
  put_error(s.descriptors().family(fd), message, used, control);
  message.msg_controllen = used;
}

}  // namespace

uint8_t reports_wanted(const SocketNotes& notes, int flags) {
  unsigned reports = 0;
  for (const StampRow& row : kStamps) {
    if ((notes.timestamping & row.wanted) != 0) reports |= row.report;
  }
  if ((flags & MSG_ZEROCOPY) != 0 && notes.zerocopy) reports |= SendReport::kReleased;
  return static_cast<uint8_t>(reports);
}

int set_report_option(Session& s, int fd, SocketId id, int name, int value) {
  SocketNotes& notes = s.descriptors().notes(fd);
  if (name == SO_ZEROCOPY) {
    if (value < 0 || value > 1) return fail(EINVAL);
    notes.zerocopy = value == 1;
    return 0;
  }
  const auto wanted = static_cast<uint32_t>(value);
  if ((wanted & ~kKnownFlags) != 0) return fail(EINVAL);
  const bool counts_now = (wanted & ~notes.timestamping & SOF_TIMESTAMPING_OPT_ID) != 0;
  if (counts_now) {
    const auto info = api::tcp_info(s.stack(), s.now(), id);
    const bool may_count =
        info.ok() && info->state != TcpState::kClosed && info->state != TcpState::kListen;
    if (!may_count) return fail(EINVAL);
    const bool from_end = (wanted & kCountFromEnd) != 0;
    notes.first_position =
        static_cast<uint32_t>(info->bytes_acked + (from_end ? info->send_queue_bytes : 0));
  }
  notes.timestamping = wanted;
  return 0;
}

ssize_t receive_send_report(Session& s, int fd, SocketId id, msghdr& message) {
  const auto report = api::take_send_report(s.stack(), id);
  message.msg_flags = MSG_ERRQUEUE;
  if (!report.ok()) {
    message.msg_controllen = 0;
    return fail(report.error());
  }
  if (report->what == SendReport::kReleased) {
    put_released(s, fd, id, message);
  } else {
    put_stamp(s.descriptors().family(fd), s.descriptors().notes(fd), *report, message);
  }
  return 0;
}

}  // namespace tapstack::packetdrill
