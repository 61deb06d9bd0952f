// What a DHCPv6 client reads of a message: nothing outside of it, and no lease that cannot be used.
#include <cstdlib>

#include "app/dhcp6_lease.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tapstack;
  const auto message = wire::Dhcp6View::parse({data, size});
  if (!message) return 0;
  const Instant now = Instant::from_us(1'000'000);
  app::Dhcp6Lease lease;
  if (app::read_lease(*message, 0, now, lease) == app::Dhcp6Grant::kGranted) {
    if (lease.address.is_any() || lease.address.is_multicast()) std::abort();
    if (lease.valid_s == 0 || lease.preferred_until > lease.valid_until) std::abort();
    if (lease.renew_at > lease.rebind_at) std::abort();
  }
  app::Dhcp6Information information;
  app::read_information(*message, now, information);
  if (information.search.length > information.search.characters.size()) std::abort();
  return 0;
}
