// The states of BBR and what each does to rate and window (draft-ietf-ccwg-bbr 5.1 and the table of
// 5.6.1).
#pragma once

#include <cstdint>

namespace tapstack::transport::tcp {

enum class BbrState : uint8_t {
  kStartup,
  kDrain,
  kProbeDown,
  kProbeCruise,
  kProbeRefill,
  kProbeUp,
  kProbeRtt,
};

struct BbrGains {
  uint32_t pacing_percent;
  uint32_t cwnd_percent;
};

constexpr BbrGains gains_of(BbrState s) {
  switch (s) {
    case BbrState::kStartup:
      return {277, 200};  // 4 ln 2: the rate doubles in a round
    case BbrState::kDrain:
      return {50, 200};
    case BbrState::kProbeDown:
      return {90, 200};
    case BbrState::kProbeUp:
      return {125, 225};
    case BbrState::kProbeRtt:
      return {100, 50};
    default:
      return {100, 200};
  }
}

// IsInAProbeBWState()
constexpr bool is_probe_bw(BbrState s) {
  return s >= BbrState::kProbeDown && s <= BbrState::kProbeUp;
}

// IsProbingBW(): losses say how much is too much, not that the path became worse.
constexpr bool is_probing(BbrState s) {
  return s == BbrState::kStartup || s == BbrState::kProbeRefill || s == BbrState::kProbeUp;
}

}  // namespace tapstack::transport::tcp
