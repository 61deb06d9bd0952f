// One run of a script: the host, the descriptors, and the two threads that packetdrill calls from.
//
// The main thread, which made the session, moves the clock and hands packets over. Calls that the
// script says block come from a second thread, and sleep here until the main thread has changed
// something. It goes on only when the second thread sleeps again or has asked for the time on its
// way out, which is how packetdrill notes when a call returned. So two threads never run at once,
// and a run is the same every time.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "tools/packetdrill/descriptors.h"
#include "tools/packetdrill/virtual_host.h"

namespace tapstack::packetdrill {

class Session {
 public:
  explicit Session(const HostSettings& settings);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  VirtualHost& host() { return host_; }
  Stack& stack() { return host_.stack(); }
  Instant now() const { return host_.now(); }
  Descriptors& descriptors() { return descriptors_; }

  // The time, a microsecond later with every question: packetdrill spins on it.
  Instant ask_time();
  // Lets time pass.
  void sleep(Duration time);
  void inject(ConstBytes packet);
  // The next packet, as soon as there is one; false if none will ever leave.
  bool next_packet(SentPacket& packet);

 private:
  friend class Call;

  using Lock = std::unique_lock<std::mutex>;
  enum class Waiter { kNone, kAsleep, kAwake };

  bool is_main() const { return std::this_thread::get_id() == main_; }
  void step(Lock& lock, Instant limit);
  Instant next_event() const;
  void after_change(Lock& lock);
  bool wait(Lock& lock, Instant deadline);

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::thread::id main_ = std::this_thread::get_id();
  Waiter waiter_ = Waiter::kNone;
  bool has_returned_ = false;  // a call that had blocked, since the main thread slept last
  Instant waits_until_ = Instant::never();
  VirtualHost host_;
  Descriptors descriptors_;
};

// A call of the program under test is inside the session. Leaving sends what the stack has to send.
class Call {
 public:
  explicit Call(Session& session) : session_(session), lock_(session.mutex_) {}
  ~Call() { session_.after_change(lock_); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Sleeps until something has changed; false: `deadline` has come, or nothing will ever change.
  bool wait(Instant deadline = Instant::never()) { return session_.wait(lock_, deadline); }

 private:
  Session& session_;
  Session::Lock lock_;
};

}  // namespace tapstack::packetdrill
