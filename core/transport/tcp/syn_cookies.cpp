#include "transport/tcp/syn_cookies.h"

#include <array>

namespace tapstack::transport::tcp {
namespace {

// The sequence number is base + period << 24 + (proof + MSS index) mod 2^24: eight bits of time, so
// that it goes on rising, and a proof of 24 bits, of which an attacker hits one in two million.
constexpr uint32_t kProofBits = 24;
constexpr uint32_t kProofMask = (1u << kProofBits) - 1;
constexpr uint32_t kPeriodMask = 0xff;

// What peers offer in practice: the least, IPv4's default, tunnels, PPPoE, Ethernet, jumbo frames.
constexpr std::array<uint16_t, 8> kMss = {
    kConfig.tcp_mss_min_bytes, 536, 1220, 1300, 1440, 1460, 4312, 8960};

// Low bits of the timestamp: four for the shift, one each for SACK and ECN.
constexpr uint32_t kOptionBits = 6;
constexpr uint32_t kOptionMask = (1u << kOptionBits) - 1;
constexpr uint32_t kShiftMask = 0xf;
constexpr uint32_t kNoScaling = 0xf;  // no shift is above 14
constexpr uint32_t kSack = 1u << 4;
constexpr uint32_t kEcn = 1u << 5;

uint32_t period_of(Instant now) {
  return static_cast<uint32_t>(now.us() / SynCookies::kPeriod.us());
}

uint32_t mss_index(uint16_t peer_mss_bytes) {
  uint32_t i = static_cast<uint32_t>(kMss.size()) - 1;
  while (i > 0 && kMss[i] > peer_mss_bytes) --i;
  return i;
}

}  // namespace

void SynCookies::start(Random& random) {
  base_key_ = random.key();
  proof_key_ = random.key();
}

uint32_t SynCookies::base(const Flow& flow, SeqNumber irs) const {
  return static_cast<uint32_t>(siphash(base_key_, flow.local, flow.remote)) + irs.value();
}

uint32_t SynCookies::proof(const Flow& flow, SeqNumber irs, uint32_t period) const {
  const SecretKey key{proof_key_.k0 ^ period, proof_key_.k1};  // another in each period
  return static_cast<uint32_t>(siphash(key, flow.local, flow.remote, irs.value()));
}

SeqNumber SynCookies::make(const Flow& flow, SeqNumber irs, uint16_t peer_mss_bytes,
                           Instant now) const {
  const uint32_t period = period_of(now);
  const uint32_t low = (proof(flow, irs, period) + mss_index(peer_mss_bytes)) & kProofMask;
  return SeqNumber(base(flow, irs) + (period << kProofBits) + low);
}

std::optional<uint16_t> SynCookies::check(const Flow& flow, SeqNumber irs, SeqNumber iss,
                                          Instant now) const {
  const uint32_t cookie = iss.value() - base(flow, irs);
  const uint32_t period = period_of(now);
  const uint32_t age = (period - (cookie >> kProofBits)) & kPeriodMask;
  if (age > 1) return std::nullopt;
  const uint32_t index = (cookie - proof(flow, irs, period - age)) & kProofMask;
  if (index >= kMss.size()) return std::nullopt;
  return kMss[index];
}

Negotiated keepable_in_cookie(const Negotiated& agreed) {
  if (agreed.timestamps) return agreed;
  Negotiated kept;
  kept.peer_mss_bytes = agreed.peer_mss_bytes;
  return kept;
}

uint32_t cookie_timestamp(uint32_t now_value, const Negotiated& agreed) {
  uint32_t bits = agreed.window_scaling ? agreed.send_shift : kNoScaling;
  if (agreed.sack) bits |= kSack;
  if (agreed.ecn) bits |= kEcn;
  const uint32_t value = (now_value & ~kOptionMask) | bits;
  // Never ahead of the clock: what the connection sends next must not seem old (RFC 7323 5.3).
  return static_cast<int32_t>(value - now_value) > 0 ? value - (kOptionMask + 1) : value;
}

Negotiated agreed_from_cookie(uint32_t echo_reply, uint8_t our_shift) {
  Negotiated n;
  n.timestamps = true;
  n.sack = (echo_reply & kSack) != 0;
  n.ecn = (echo_reply & kEcn) != 0;
  const uint32_t shift = echo_reply & kShiftMask;
  if (shift == kNoScaling) return n;
  n.window_scaling = true;
  n.send_shift = static_cast<uint8_t>(shift);
  n.receive_shift = our_shift;
  return n;
}

}  // namespace tapstack::transport::tcp
