#include "shim/engine/watch.h"

#include <algorithm>
#include <cerrno>

#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

// Tags of epoll data that are no slot: generation 0xffffffff never comes with these indices.
constexpr uint64_t kDeviceTag = ~uint64_t{0};
constexpr uint64_t kTimerTag = ~uint64_t{1};
constexpr uint64_t kWakeTag = ~uint64_t{2};
constexpr uint64_t kDeviceStatusTag = ~uint64_t{3};
constexpr uint64_t kRendezvousTag = ~uint64_t{4};
constexpr int kBatch = 64;

uint64_t tag_of(const Slot& slot) { return uint64_t{slot.id.generation} << 32 | slot.id.index; }

SlotId slot_of(uint64_t tag) {
  return {static_cast<uint32_t>(tag), static_cast<uint32_t>(tag >> 32)};
}

int watch(int set, int operation, int fd, uint32_t events, uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  return -sys::epoll_ctl(set, operation, fd, &event);
}

// A new descriptor of the kernel's, moved to a private number; negative: -errno.
int privately(long fd) {
  return fd < 0 ? static_cast<int>(fd) : private_fds::move_high(static_cast<int>(fd));
}

void drain_counter(int fd) {  // of an eventfd or a timerfd
  uint64_t count;
  sys::read(fd, &count, sizeof count);
}

}  // namespace

int Watch::open() {
  ends_ = privately(sys::call(SYS_epoll_create1, EPOLL_CLOEXEC));
  rooms_ = privately(sys::call(SYS_epoll_create1, EPOLL_CLOEXEC));
  timer_ = privately(sys::call(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  wake_ = privately(sys::call(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK));
  for (int fd : {ends_, rooms_, timer_, wake_}) {
    if (fd < 0) return -fd;
  }
  const int error = watch(ends_, EPOLL_CTL_ADD, timer_, EPOLLIN, kTimerTag);
  return error != 0 ? error : watch(ends_, EPOLL_CTL_ADD, wake_, EPOLLIN, kWakeTag);
}

void Watch::restore(const WatchImage& image) {
  ends_ = image.ends;
  rooms_ = image.rooms;
  timer_ = image.timer;
  wake_ = image.wake;
  rooms_watched_ = image.rooms_watched;
  armed_ = image.armed;
}

int Watch::add_rendezvous(int fd) {
  return watch(ends_, EPOLL_CTL_ADD, fd, EPOLLIN, kRendezvousTag);
}

Watch::~Watch() {
  for (int fd : {ends_, rooms_, timer_, wake_}) private_fds::close(fd);
}

int Watch::add_device(int fd) {
  return fd < 0 ? 0 : watch(ends_, EPOLL_CTL_ADD, fd, EPOLLIN, kDeviceTag);
}

int Watch::add_device_status(int fd) {
  return fd < 0 ? 0 : watch(ends_, EPOLL_CTL_ADD, fd, EPOLLIN, kDeviceStatusTag);
}

void Watch::remove_device(int fd) {
  if (fd >= 0) watch(ends_, EPOLL_CTL_DEL, fd, 0, 0);
}

void Watch::want_device_room(int fd, bool wanted) {
  const uint32_t room = wanted ? uint32_t{EPOLLOUT} : 0;
  if (fd >= 0) watch(ends_, EPOLL_CTL_MOD, fd, EPOLLIN | room, kDeviceTag);
}

int Watch::add(const Slot& slot) {
  return watch(ends_, EPOLL_CTL_ADD, slot.end, EPOLLIN | EPOLLRDHUP | EPOLLET, tag_of(slot));
}

// A process that was forked may hold a copy of the end for a moment, so closing alone would not do.
void Watch::remove(Slot& slot) {
  watch(ends_, EPOLL_CTL_DEL, slot.end, 0, 0);
  want_room(slot, false);
}

void Watch::want_room(Slot& slot, bool wanted) {
  if (slot.room_watched == wanted) return;
  const int operation = wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
  watch(rooms_, operation, slot.end, uint32_t{EPOLLOUT} | EPOLLET, tag_of(slot));
  slot.room_watched = wanted;
  rooms_watched_ += wanted ? 1 : -1;
}

Watch::Found Watch::take(Slots& slots) {
  Found found;
  take_ends(slots, found);
  if (rooms_watched_ > 0) take_rooms(slots);
  return found;
}

void Watch::take_ends(Slots& slots, Found& found) {
  epoll_event events[kBatch];
  int count = kBatch;
  while (count == kBatch) {
    count = sys::epoll_take(ends_, events, kBatch);
    for (int i = 0; i < count; ++i) {
      const uint64_t tag = events[i].data.u64;
      const uint32_t what = events[i].events;
      if (tag == kDeviceTag) {
        found.device_readable |= (what & ~uint32_t{EPOLLOUT}) != 0;
        found.device_writable |= (what & EPOLLOUT) != 0;
      } else if (tag == kDeviceStatusTag) {
        found.device_changed = true;
      } else if (tag == kRendezvousTag) {
        found.is_knocked = true;
      } else if (tag == kTimerTag) {
        found.deadline = true;
        drain_counter(timer_);
        armed_ = Instant::never();
      } else if (tag == kWakeTag) {
        drain_counter(wake_);
      } else if (Slot* slot = slots.find(slot_of(tag))) {
        slot->may_read = true;
        slot->end_coming |= (what & (EPOLLRDHUP | EPOLLHUP)) != 0;
        slot->is_hung_up |= (what & EPOLLHUP) != 0;
        slots.enqueue(*slot);
      }
    }
  }
}

void Watch::take_rooms(Slots& slots) {
  epoll_event events[kBatch];
  int count = kBatch;
  while (count == kBatch) {
    count = sys::epoll_take(rooms_, events, kBatch);
    for (int i = 0; i < count; ++i) {
      if (Slot* slot = slots.find(slot_of(events[i].data.u64))) slots.enqueue(*slot);
    }
  }
}

void Watch::set_deadline(Instant deadline) {
  if (deadline >= armed_) return;
  armed_ = deadline;
  const int64_t us = std::max<int64_t>(deadline.us(), 1);  // zero would disarm the timer
  itimerspec at{};
  at.it_value.tv_sec = us / 1'000'000;
  at.it_value.tv_nsec = us % 1'000'000 * 1000;
  sys::call(SYS_timerfd_settime, timer_, TFD_TIMER_ABSTIME, sys::pointer(&at), 0);
}

void Watch::sleep() {
  pollfd sets[2] = {{ends_, POLLIN, 0}, {rooms_, POLLIN, 0}};
  sys::poll(sets, 2, -1);
}

void Watch::wake() {
  const uint64_t one = 1;
  sys::write(wake_, &one, sizeof one);
}

}  // namespace tapstack::shim
