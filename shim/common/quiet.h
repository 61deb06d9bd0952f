// Keeps the program's signal handlers and cancellation away from a thread that is inside the
// engine.
#pragma once

#include <pthread.h>
#include <signal.h>

#include "shim/common/sys.h"

namespace tapstack::shim {

constexpr uint64_t signal_bit(int signal) { return uint64_t{1} << (signal - 1); }

// All signals are blocked while one lives, but for those that a fault of this very thread raises
// and the two that glibc needs for itself (32: cancellation, which is off; 33: setuid in all
// threads, which would wait for ever). 270 ns.
class SignalsBlocked {
 public:
  SignalsBlocked() { change(SIG_BLOCK, kBlocked, &before_); }
  ~SignalsBlocked() { change(SIG_SETMASK, before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  static constexpr uint64_t kBlocked =
      ~(signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGFPE) | signal_bit(SIGILL) |
        signal_bit(SIGTRAP) | signal_bit(SIGABRT) | signal_bit(SIGSYS) | signal_bit(32) |
        signal_bit(33));

  static void change(int how, const uint64_t& mask, uint64_t* before) {
    sys::call(SYS_rt_sigprocmask, how, sys::pointer(&mask), sys::pointer(before), sizeof mask);
  }

  uint64_t before_ = 0;
};

// A deferred or asynchronous pthread_cancel waits while one lives.
class CancelDisabled {
 public:
  CancelDisabled() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~CancelDisabled() { pthread_setcancelstate(before_, nullptr); }
  CancelDisabled(const CancelDisabled&) = delete;
  CancelDisabled& operator=(const CancelDisabled&) = delete;

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

// What a thread holds while it is inside.
struct Quiet {
  CancelDisabled cancel;
  SignalsBlocked signals;
  sys::Passthrough passthrough;
};

}  // namespace tapstack::shim
