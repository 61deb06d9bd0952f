// A program of the simulation. It runs when a socket of its has an event and when it asked to be
// woken, never otherwise: an event that the stack forgets shows as a program that hangs.
#pragma once

#include <string>

#include "tests/sim/host.h"
#include "util/time.h"

namespace tapstack::sim {

class World;

class App {
 public:
  virtual ~App() = default;
  virtual void on_wake(Instant now) = 0;
  virtual void on_event(Instant now, SocketId id) = 0;
  virtual bool is_done() const = 0;
  // All programs are done: gives back what it still holds.
  virtual void on_over(Instant) {}
  // What it is waiting for, for the report of a hang.
  virtual std::string describe() const = 0;

  Instant next_wake() const { return wake_; }
  void clear_wake() { wake_ = Instant::never(); }

 protected:
  void wake_at(Instant when) {
    if (when < wake_) wake_ = when;
  }

 private:
  Instant wake_ = Instant::never();
};

}  // namespace tapstack::sim
