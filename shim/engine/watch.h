// What the engine waits for: the device, the engine's ends, the next deadline. Edges are taken only
// under the lock; the poll thread sleeps on the sets without taking any, so no edge is ever in the
// hands of a thread that does not hold the lock.
//
// There are two sets. An end is in the first, for input and hang-up, from its birth to its death
// and is never modified there: then an event with EPOLLHUP means that the last copy of the handle
// is gone, even when both directions were shut down before (see README.md, "Hang-ups"). Those that
// want to know when their reader goes on are in the second.
#pragma once

#include "core/api/types.h"
#include "shim/engine/slots.h"

namespace tapstack::shim {

// The descriptors of a Watch, whose registrations the kernel keeps.
struct WatchImage {
  int ends = -1, rooms = -1, timer = -1, wake = -1;
  int rooms_watched = 0;
  Instant armed;
};

class Watch {
 public:
  struct Found {
    bool device_readable = false, device_writable = false, device_changed = false;
    bool deadline = false;
    bool is_knocked = false;  // another program wants to join
  };

  Watch() = default;
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  int open();  // 0 or an errno
  WatchImage image() const { return {ends_, rooms_, timer_, wake_, rooms_watched_, armed_}; }
  void restore(const WatchImage& image);
  int add_rendezvous(int fd);
  void remove_rendezvous(int fd) { remove_device(fd); }
  int add_device(int fd);         // input, level-triggered
  int add_device_status(int fd);  // says `device_changed`
  void remove_device(int fd);
  void want_device_room(int fd, bool wanted);

  int add(const Slot& slot);
  void remove(Slot& slot);
  // While wanted: queues the slot when the program reads and a quarter or less of the pair is in
  // use.
  void want_room(Slot& slot, bool wanted);

  // Marks and queues the slots that something happened to. Never waits.
  Found take(Slots& slots);

  // The poll thread shall wake at `deadline` (of CLOCK_MONOTONIC). Costs a system call only when it
  // is earlier than what is set.
  void set_deadline(Instant deadline);

  // Sleeps until there is something to take, or wake(). Without the lock.
  void sleep();
  void wake();

 private:
  void take_ends(Slots& slots, Found& found);
  void take_rooms(Slots& slots);

  int ends_ = -1, rooms_ = -1, timer_ = -1, wake_ = -1;
  int rooms_watched_ = 0;  // in the second set: mostly nobody, and then it is not asked
  Instant armed_ = Instant::never();
};

}  // namespace tapstack::shim
