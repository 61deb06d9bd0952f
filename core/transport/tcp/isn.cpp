#include "transport/tcp/isn.h"

namespace tapstack::transport::tcp {
namespace {

constexpr int64_t kTickUs = 4;  // RFC 6528 3, RFC 9293 3.4.1

}  // namespace

void IsnGenerator::start(Random& random) {
  isn_key_ = random.key();
  timestamp_key_ = random.key();
}

SeqNumber IsnGenerator::isn(const Flow& flow, Instant now) const {
  const auto clock = static_cast<uint32_t>(now.us() / kTickUs);
  return SeqNumber(clock + static_cast<uint32_t>(siphash(isn_key_, flow.local, flow.remote)));
}

uint32_t IsnGenerator::timestamp_offset(const Flow& flow) const {
  return static_cast<uint32_t>(siphash(timestamp_key_, flow.local, flow.remote));
}

}  // namespace tapstack::transport::tcp
