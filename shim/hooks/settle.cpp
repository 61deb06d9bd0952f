#include "shim/hooks/settle.h"

#include <atomic>

#include "shim/common/sys.h"
#include "shim/hooks/ask.h"

namespace tapstack::shim::settle {
namespace {

constinit std::atomic<bool> has_made_one{false};
constinit std::atomic<bool> has_taken_one{false};
constinit std::atomic<bool> is_unsettled{false};

}  // namespace

void has_connected() { has_made_one.store(true, std::memory_order_relaxed); }

void has_accepted() { has_taken_one.store(true, std::memory_order_relaxed); }

void sent() {
  const bool talks_to_itself =
      has_made_one.load(std::memory_order_relaxed) && has_taken_one.load(std::memory_order_relaxed);
  if (talks_to_itself) is_unsettled.store(true, std::memory_order_release);
}

void before_look() {
  if (!is_unsettled.load(std::memory_order_acquire) || sys::Passthrough::is_on()) return;
  is_unsettled.store(false, std::memory_order_relaxed);
  ask::turn();
}

}  // namespace tapstack::shim::settle
