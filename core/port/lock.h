// What an embedder supplies where several threads use one stack: a lock around every call of
// core/api. Nothing blocks inside, so it is held for some microseconds. A single main loop needs
// none.
#pragma once

#include <concepts>

namespace tapstack::port {

template <class T>
concept Lock = requires(T lock) {
  lock.lock();
  lock.unlock();
};

// For systems that drive the stack from one place.
struct NoLock {
  void lock() {}
  void unlock() {}
};

// Holds a lock for the length of a scope.
template <Lock L>
class Guard {
 public:
  explicit Guard(L& lock) : lock_(lock) { lock_.lock(); }
  ~Guard() { lock_.unlock(); }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  L& lock_;
};

}  // namespace tapstack::port
