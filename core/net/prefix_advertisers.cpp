#include "net/prefix_advertisers.h"

#include <algorithm>

#include "link/interface.h"

namespace tapstack::net {

template <class Forgotten>
void PrefixAdvertisers::erase_if(Forgotten is_forgotten) {
  const auto end = std::remove_if(entries_.begin(), entries_.begin() + count_, is_forgotten);
  count_ = static_cast<size_t>(end - entries_.begin());
}

void PrefixAdvertisers::on_prefix(const IpAddress& router, const Prefix& prefix,
                                  Instant valid_until, Instant now) {
  erase_if([&](const Entry& entry) {
    return entry.valid_until <= now || (entry.router == router && entry.prefix == prefix);
  });
  if (valid_until <= now || count_ == entries_.size()) return;
  entries_[count_++] = {router, prefix, valid_until};
}

bool PrefixAdvertisers::has_advertised(const IpAddress& router, const IpAddress& address) const {
  return std::any_of(entries_.begin(), entries_.begin() + count_, [&](const Entry& entry) {
    return entry.router == router && link::contains(entry.prefix, address);
  });
}

void PrefixAdvertisers::flush(InterfaceId interface) {
  erase_if([&](const Entry& entry) { return entry.router.zone() == interface; });
}

}  // namespace tapstack::net
