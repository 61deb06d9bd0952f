#include "shim/netlink/route/snapshot.h"

#include <sys/mman.h>
#include <sys/socket.h>

#include <cstdlib>

#include "shim/netlink/route/values.h"

namespace tapstack::shim::netlink::route {
namespace {

constexpr size_t kBytes = 2 * sizeof(Snapshot);

void take_links(const Works& works, Snapshot& to) {
  to.links.clear();
  for (size_t n = 0;; ++n) {
    const Result<api::InterfaceInfo> info = api::interface_at(works.stack, n);
    if (!info.ok()) return;
    to.links.add(link_facts(works, *info));
  }
}

void take_addresses_and_routes(const Stack& stack, Snapshot& to) {
  to.addresses.clear();
  to.routes.clear();
  for (const uint8_t family : kFamilies) {
    for (size_t n = 0;; ++n) {
      const auto own = address_of_all(stack, family, n);
      if (!own) break;
      to.addresses.add(*own);
    }
    for (size_t n = 0;; ++n) {
      const auto place = route_of_all(stack, family, n);
      if (!place) break;
      to.routes.add(place->facts);
    }
  }
}

void take_neighbours(const Works& works, Snapshot& to) {
  to.neighbours.fill({});
  uint32_t n = 0;
  for (;;) {
    const auto found = api::next_neighbour(works.stack, works.now, n);
    if (!found.ok()) return;
    to.neighbours[n - 1] = *found;  // `n` is behind it
  }
}

}  // namespace

Snapshots::Snapshots() {
  void* memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) std::abort();  // some hundred kilobytes of address space
  pair_ = static_cast<Snapshot*>(memory);
}

Snapshots::~Snapshots() { munmap(pair_, kBytes); }

void Snapshots::take(const Works& works) {
  current_ = 1 - current_;
  Snapshot& to = pair_[current_];
  take_links(works, to);
  take_addresses_and_routes(works.stack, to);
  take_neighbours(works, to);
}

}  // namespace tapstack::shim::netlink::route
