#include "tools/packetdrill/session.h"

#include <algorithm>
#include <chrono>

namespace tapstack::packetdrill {
namespace {

// A thread that was woken does nothing that takes long. If it never comes back, the script has
// ended in an error meanwhile, which must not hang.
constexpr std::chrono::seconds kReturnMax{1};
// After its call has returned the second thread notes what came of it under a lock that the main
// thread lets go of while it sleeps only, which takes no time here: so much real time.
constexpr std::chrono::milliseconds kNotingTime{1};

}  // namespace

Session::Session(const HostSettings& settings) : host_(settings) {}

Instant Session::ask_time() {
  Lock lock(mutex_);
  if (!is_main() && waiter_ == Waiter::kAwake) {
    waiter_ = Waiter::kNone;  // the call is over
    has_returned_ = true;
    changed_.notify_all();
  } else {
    step(lock, now() + Duration::us(1));
  }
  return now();
}

void Session::sleep(Duration time) {
  Lock lock(mutex_);
  if (has_returned_ && is_main()) {
    has_returned_ = false;
    lock.unlock();
    std::this_thread::sleep_for(kNotingTime);
    lock.lock();
  }
  const Instant end = now() + time;
  while (now() < end) step(lock, end);
}

void Session::inject(ConstBytes packet) {
  Lock lock(mutex_);
  host_.inject(packet);
  after_change(lock);
}

bool Session::next_packet(SentPacket& packet) {
  Lock lock(mutex_);
  while (host_.sent().empty()) {
    const Instant next = next_event();
    if (next.is_never()) return false;
    step(lock, next);
  }
  packet = std::move(host_.sent().front());
  host_.sent().pop_front();
  return true;
}

Instant Session::next_event() const {
  const Instant deadline = host_.next_deadline();
  return waiter_ == Waiter::kAsleep ? std::min(deadline, waits_until_) : deadline;
}

// Moves the clock to the next event, or to `limit` if that comes first.
void Session::step(Lock& lock, Instant limit) {
  host_.advance(std::max(now(), std::min(limit, next_event())));
  after_change(lock);
}

// Sends and notes what a call or a timer has brought about, and lets a sleeper look.
void Session::after_change(Lock& lock) {
  host_.collect();
  SocketId id;
  while (api::next_event(stack(), id)) descriptors_.on_event(id);
  if (!is_main() || waiter_ != Waiter::kAsleep) return;
  waiter_ = Waiter::kAwake;
  changed_.notify_all();
  changed_.wait_for(lock, kReturnMax, [&] { return waiter_ != Waiter::kAwake; });
}

bool Session::wait(Lock& lock, Instant deadline) {
  host_.collect();
  if (now() >= deadline) return false;
  if (is_main()) {  // nobody else would move the clock
    const Instant next = std::min(deadline, next_event());
    if (next.is_never()) return false;
    step(lock, next);
    return true;
  }
  waits_until_ = deadline;
  waiter_ = Waiter::kAsleep;
  changed_.notify_all();
  changed_.wait(lock, [&] { return waiter_ != Waiter::kAsleep; });
  return true;
}

}  // namespace tapstack::packetdrill
