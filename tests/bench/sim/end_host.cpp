#include "tests/bench/sim/end_host.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "core/api/create.h"
#include "tapif/segment.h"

namespace tapstack::bench {
namespace {

// Rounds of timers and output at one instant; a stack that needs more does not come to rest.
constexpr int kRoundsMax = 100'000;

// Fresh pages for each stack: what it does not use is never resident.
void* new_memory() {
  void* memory = mmap(nullptr, api::stack_bytes(), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("mmap");
    std::abort();
  }
  return memory;
}

Stack& new_stack(void* memory, uint64_t seed) {
  uint8_t bytes[api::kSeedBytes];
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(seed = sim::mix(seed));
  return api::create(memory, bytes);
}

}  // namespace

EndHost::EndHost(uint8_t number, uint64_t seed, Instant now)
    : number_(number),
      memory_(new_memory()),
      stack_(&new_stack(memory_, seed)),
      frame_(kConfig.superframe_bytes + kFrameBytesMax),
      packet_(kFrameBytesMax) {
  api::InterfaceSettings settings;
  std::strcpy(settings.name, "ts0");
  settings.mac.octets = {2, 0, 0, 0, 0, number};
  settings.mtu_bytes = kMtuBytes;
  settings.can_checksum = true;
  settings.can_segment = true;
  device_ = *api::add_interface(*stack_, now, settings);
  api::add_address(*stack_, now, device_, {address(), 24}).ignore();
}

EndHost::~EndHost() { munmap(memory_, api::stack_bytes()); }

void EndHost::input(Instant now, ConstBytes frame) {
  api::Offload offload;
  offload.checksum = api::ChecksumState::kVerified;
  api::input_copy(*stack_, now, device_, frame, offload);
}

bool EndHost::send_one(Instant now, Bottleneck& link) {
  api::Frame frame;
  if (!api::next_frame(*stack_, now, device_, frame)) return false;
  size_t bytes = 0;
  for (const ConstBytes& span : std::span(frame.spans, frame.spans_used)) {
    std::memcpy(frame_.data() + bytes, span.data(), span.size());
    bytes += span.size();
  }
  api::frame_done(*stack_, frame);
  tapif::Segmenter segmenter(ConstBytes(frame_).first(bytes), frame.offload);
  while (const size_t n = segmenter.next(packet_)) link.put(now, ConstBytes(packet_).first(n));
  return true;
}

void EndHost::drive(Instant now, Bottleneck& link) {
  for (int round = 0; round < kRoundsMax; ++round) {
    api::poll(*stack_, now);
    bool sent = false;
    while (send_one(now, link)) sent = true;
    if (!sent && next_deadline() > now) return;
  }
  std::fprintf(stderr, "10.0.0.%d is due at %lld us and does nothing\n", number_,
               static_cast<long long>(now.us()));
  std::abort();
}

uint64_t EndHost::counter(const char* name) const {
  for (size_t n = 0;; ++n) {
    const auto counter = api::counter_at(*stack_, n);
    if (!counter.ok()) return 0;
    if (std::string_view(counter->counter.name) == name) return counter->counter.value;
  }
}

}  // namespace tapstack::bench
