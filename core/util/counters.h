// The stack's counters: one for each reason to drop a packet, and the MIB's.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "config.h"
#include "util/drop_reason.h"
#include "util/mib.h"

namespace tapstack {

class Counters {
 public:
  void drop(DropReason reason) { ++drops_[static_cast<size_t>(reason)]; }
  void count(Mib mib, uint64_t n = 1) { mibs_[static_cast<size_t>(mib)] += static_cast<Value>(n); }
  // For gauges (TcpCurrEstab) only.
  void uncount(Mib mib, uint64_t n = 1) {
    mibs_[static_cast<size_t>(mib)] -= static_cast<Value>(n);
  }

  uint64_t value(DropReason reason) const { return drops_[static_cast<size_t>(reason)]; }
  uint64_t value(Mib mib) const { return mibs_[static_cast<size_t>(mib)]; }

  // All counters as one list, MIB first: n in [0, kCount).
  static constexpr size_t kCount = kMibs + kDropReasons;
  static constexpr const char* name_at(size_t n) {
    return n < kMibs ? kMibNames[n] : kDropReasonNames[n - kMibs];
  }
  uint64_t value_at(size_t n) const { return n < kMibs ? mibs_[n] : drops_[n - kMibs]; }

 private:
  using Value = std::conditional_t<kConfig.counters_64_bit, uint64_t, uint32_t>;

  std::array<Value, kMibs> mibs_{};
  std::array<Value, kDropReasons> drops_{};
};

}  // namespace tapstack
