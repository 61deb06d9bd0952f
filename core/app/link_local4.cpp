#include "app/link_local4.h"

#include <algorithm>
#include <array>

namespace tapstack::app {
namespace {

// RFC 3927 9.
constexpr uint8_t kMaxConflicts = 10;
constexpr Duration kRateLimitInterval = Duration::s(60);
// RFC 3927 2.1: 169.254.1.0 to 169.254.254.255; the first and last 256 are reserved.
constexpr Ip4Address kFirst = Ip4Address::from(169, 254, 1, 0);
constexpr uint32_t kAddresses = 254 * 256;

}  // namespace

LinkLocal4::LinkLocal4(InterfaceId interface, const MacAddress& mac) : interface_(interface) {
  std::array<uint8_t, Random::kSeedBytes> seed{};
  std::copy(mac.octets.begin(), mac.octets.end(), seed.begin());
  random_.reseed(seed);
}

std::optional<Ip4Address> LinkLocal4::address() const {
  return is_in_use_ ? std::optional(candidate_) : std::nullopt;
}

void LinkLocal4::poll(Stack& stack, Instant now, bool is_wanted) {
  if (!is_wanted) {
    retry_at_ = Instant::never();
    if (has_address_) withdraw(stack, now);
    return;
  }
  if (!has_address_) {
    if (retry_at_.is_never() || now >= retry_at_) choose(stack, now);
    return;
  }
  const auto state = api::address_state(stack, interface_, candidate_);
  is_in_use_ = state.ok() && *state == api::AddressState::kPreferred;
  if (state.ok() && *state != api::AddressState::kDuplicate) return;
  // Lost while probing, or contested in use (RFC 3927 2.5; the stack has defended it once).
  // RFC 3927 2.2.1: "if the number of conflicts exceeds MAX_CONFLICTS then the host MUST limit the
  // rate at which it probes for new addresses to no more than one new address per
  // RATE_LIMIT_INTERVAL".
  withdraw(stack, now);
  candidate_ = Ip4Address::any();
  if (conflicts_ < kMaxConflicts) ++conflicts_;
  retry_at_ = conflicts_ < kMaxConflicts ? now : now + kRateLimitInterval;
  if (retry_at_ <= now) choose(stack, now);
}

// The address that was ours before is tried first (RFC 3927 2.1).
void LinkLocal4::choose(Stack& stack, Instant now) {
  if (candidate_.is_any()) candidate_ = {kFirst.value + random_.below(kAddresses)};
  const api::AddressSettings wanted{.prefix = {candidate_, 16},
                                    .origin = api::AddressOrigin::kLinkLocal,
                                    .on_conflict = api::ConflictPolicy::kYield};
  has_address_ = api::configure_address(stack, now, interface_, wanted).ok();
  retry_at_ = has_address_ ? Instant::never() : now + kRateLimitInterval;
}

void LinkLocal4::withdraw(Stack& stack, Instant now) {
  api::remove_address(stack, now, interface_, candidate_).ignore();
  has_address_ = is_in_use_ = false;
}

}  // namespace tapstack::app
