// The parser of ARP messages: reads nothing outside of them, and what it accepts can be written
// again.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

#include "wire/arp.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tapstack::wire;
  const std::span<const uint8_t> bytes(data, size);
  const auto arp = ArpView::parse(bytes);
  if (arp.has_value() != (ArpView::check(bytes) == ArpProblem::kNone)) std::abort();
  if (!arp) return 0;
  std::array<uint8_t, ArpView::kBytes> again{};
  emit(again, ArpMessage{arp->operation(), arp->sender_hardware(), arp->sender_protocol(),
                         arp->target_hardware(), arp->target_protocol()});
  if (!std::equal(again.begin(), again.end(), data)) std::abort();
  return 0;
}
